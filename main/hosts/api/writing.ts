// Writes an answer for a caller: by a prompt that writes, by the base model, or as the label that a choosing prompt chooses.
import * as v from 'valibot'
import { list, text } from '../../contract/methods/fields.ts'
import type { Input } from '../../contract/service.ts'
import type { ScoredToken, ServedText, WrittenPiece, WrittenToken } from '../../contract/serving.ts'
import { likeliestOf, refuseUnknown } from './decide.ts'
import type { Asking } from './endpoints/endpoint.ts'
import { Failure } from './failure.ts'
import { askedOf, type Offered } from './shelf.ts'

type WritingInput = Input<'serving.write'>['input']

/** Fields that chats and completions share. */
export const samplingFields = {
  model: v.string(),
  stream: v.nullish(v.boolean()),
  stream_options: v.nullish(v.object({ include_usage: v.nullish(v.boolean()) })),
  stop: v.nullish(v.union([text, list(text, 16)])),
  seed: v.nullish(v.pipe(v.number(), v.integer())),
  temperature: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(100))),
  top_p: v.nullish(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
  max_tokens: v.nullish(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000))),
}

/** Fields that are known and not supported, unless they ask for nothing. */
export function refuseFields(body: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const given = names.find((name) => !asksNothing(body[name]))
  if (given === undefined) return
  throw new Failure(400, 'unsupported_field', `This server does not support "${given}". Leave it out.`, {
    field: given,
  })
}

const asksNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  value === 0 ||
  value === 1 ||
  (typeof value === 'object' && Object.keys(value).length === 0)

export interface WritingRequest {
  readonly model: string
  readonly input: WritingInput
  readonly stop?: string | readonly string[] | null | undefined
  readonly seed?: number | null | undefined
  readonly temperature?: number | null | undefined
  readonly topP?: number | null | undefined
  readonly maxTokens?: number | null | undefined
  /** A base model's limit where none is given; a prompt has its own. */
  readonly usualTokens?: number
  /** How many of the likeliest tokens are told beside each. */
  readonly likeliest?: number | undefined
}

export interface Finished extends ServedText {
  readonly text: string
  readonly tokens: readonly WrittenToken[]
  readonly cached: number
}

/** `onPiece` gets the text as it is written. Error: Failure. */
export async function written(
  asking: Asking,
  request: WritingRequest,
  onPiece: (piece: WrittenPiece) => void = () => undefined,
): Promise<Finished> {
  const { studio, shelf, signal, note } = asking
  refuseUnknown(shelf, request.model)
  const prompt = shelf.prompts.find(({ name }) => name === request.model)
  if (prompt && prompt.labels.length > 0) return chosen(asking, request, prompt, onPiece)
  const by = prompt ? prompt.by : { model: request.model }
  const { stop, seed, likeliest, topP } = request
  const maxTokens = request.maxTokens ?? (prompt ? undefined : request.usualTokens)
  const stops = [stop ?? []].flat().filter((each) => each !== '')
  const sampling = {
    // A tuned prompt answers as in its evaluation, where nothing else is asked for.
    temperature: request.temperature ?? (prompt ? 0 : 1),
    topP: Math.max(1e-6, topP ?? 1),
    // Any whole number will do, negative ones too.
    seed: (seed ?? Math.floor(Math.random() * 2 ** 32)) >>> 0,
    ...(stops.length > 0 ? { stop: stops } : {}),
    ...(maxTokens === undefined ? {} : { maxNewTokens: maxTokens }),
  }
  const pieces: string[] = []
  const tokens: WrittenToken[] = []
  const found = await studio.call(
    'serving.write',
    { by, input: request.input, sampling, ...(likeliest === undefined ? {} : { likeliest }) },
    {
      signal,
      onEvent: (event) => {
        if (event.event !== 'wrote') return
        pieces.push(event.text)
        tokens.push(...event.tokens)
        onPiece(event)
      },
    },
  )
  const { input, output } = found.usage
  note({ by: [request.model], usage: { input, cached: 0, output } })
  return { ...found, text: pieces.join(''), tokens, cached: 0 }
}

/** The label of a prompt that chooses, as a text of one token. */
async function chosen(
  { studio, signal, note }: Asking,
  { model, input, likeliest }: WritingRequest,
  prompt: Offered,
  onPiece: (piece: WrittenPiece) => void,
): Promise<Finished> {
  const text = 'text' in input ? input.text : (input.messages.findLast(({ role }) => role === 'user')?.content ?? '')
  const { answers, usage } = await studio.call('serving.ask', { text, questions: [askedOf(prompt)] }, { signal })
  const labels = answers[0]?.labels ?? []
  const scored = labels.map(({ label, probability }): ScoredToken => ({
    text: label,
    logProbability: Math.log(probability),
  }))
  const best = scored[likeliestOf(labels.map(({ probability }) => probability))] ?? { text: '', logProbability: 0 }
  const byLikelihood = scored.toSorted((a, b) => b.logProbability - a.logProbability)
  const tokens = likeliest === undefined ? [] : [{ ...best, likeliest: byLikelihood.slice(0, likeliest) }]
  onPiece({ text: best.text, tokens })
  note({ by: [model], usage: { ...usage, output: 1 } })
  return { text: best.text, tokens, end: 'end token', cached: usage.cached, usage: { input: usage.input, output: 1 } }
}

/** OpenAI's word for why a text ends. */
export const finishReason = ({ end }: Pick<ServedText, 'end'>): 'stop' | 'length' =>
  end === 'limit' || end === 'context' ? 'length' : 'stop'

export const usageOf = ({ usage: { input, output }, cached }: Pick<Finished, 'usage' | 'cached'>) => ({
  prompt_tokens: input,
  completion_tokens: output,
  total_tokens: input + output,
  prompt_tokens_details: { cached_tokens: cached },
})
