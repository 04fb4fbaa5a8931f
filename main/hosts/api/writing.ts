// Writes an answer for a caller: by a prompt that writes, by the base model, or as the label that a choosing prompt chooses.
import type { Input } from '../../contract/service.ts'
import type { ScoredToken, ServedText, WrittenPiece, WrittenToken } from '../../contract/serving.ts'
import { likeliestOf, refuseUnknown } from './decide.ts'
import type { Asking } from './endpoints/endpoint.ts'
import { Failure } from './failure.ts'
import { formOf, type SamplingBody, samplingOf } from './sampling.ts'
import { askedOf, type Offered } from './shelf.ts'

type WritingInput = Input<'serving.write'>['input']

/** Fields that are known and not supported, unless they ask for nothing. */
export function refuseFields(body: Readonly<Record<string, unknown>>, names: readonly string[]): void {
  const given = names.find((name) => !asksNothing(name, body[name]))
  if (given === undefined) return
  throw new Failure(400, 'unsupported_field', `This server does not support "${given}". Leave it out.`, {
    field: given,
  })
}

/** What fields say that leave all as it is. */
const neutral: Readonly<Record<string, unknown>> = {
  ...{ n: 1, best_of: 1, echo: false, suffix: '' },
}

const asksNothing = (name: string, value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === neutral[name] ||
  (typeof value === 'object' && Object.keys(value).length === 0)

export interface WritingRequest {
  readonly model: string
  readonly input: WritingInput
  readonly asked: SamplingBody
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
  const { likeliest } = request
  const sampling = samplingOf(request.asked, {
    // A tuned prompt answers as in its evaluation, where nothing else is asked for.
    temperature: prompt ? 0 : 1,
    maxTokens: prompt ? undefined : request.usualTokens,
  })
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
  { model, input, asked, likeliest }: WritingRequest,
  prompt: Offered,
  onPiece: (piece: WrittenPiece) => void,
): Promise<Finished> {
  if (formOf(asked))
    throw new Failure(
      400,
      'unsupported_field',
      `The prompt "${model}" answers with one of its labels. Leave "response_format" out.`,
      { field: 'response_format' },
    )
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
