// Methods serving.*: answer programs' questions, and write for them.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { AskedChoice, AskedQuestion, Input, Outputs, StudioEvent } from '../../contract/service.ts'
import type { ServedQuestion, TokenUsage } from '../../contract/serving.ts'
import { samplingLimits } from '../../engine/evaluate/answer-end.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { findModel } from '../lookup.ts'
import { answerInOrder } from '../prompts/score-subjects.ts'
import type { Shelved } from '../serving/shelf.ts'
import type { WhichModel } from '../serving/serving.ts'

/** A question with the model that answers it. */
interface Placed {
  readonly which: WhichModel
  readonly question: ServedQuestion
  readonly labels: readonly string[]
  readonly prompt: TunedPrompt | undefined
  /** What stands on the shelf, where it was asked by that name. */
  readonly shelved?: Shelved
}

type Written = Extract<AskedQuestion, { by: 'written' }>

/** Error: 'serving/writes'. */
async function ofPrompt({ serving }: ServiceContext, named: string): Promise<Placed> {
  const { name, model, prompt, key } = await serving.prompts.find(named)
  const { settings, labels } = prompt
  if (!scoresLabels(settings)) throw studioError('serving/writes', name)
  return { which: { model: model.id, precision: settings.precision }, question: { by: 'prompt', key }, labels, prompt }
}

/** Errors: 'shelf/missing', 'shelf/in-trash', those of `ofPrompt`. */
async function ofItem(context: ServiceContext, item: string): Promise<Placed> {
  const shelved = await context.shelf.find(item)
  return { ...(await ofPrompt(context, shelved.prompt)), shelved }
}

/** It is answered in the precision in which the model is open or about to be, so that one copy of the weights serves all. */
async function inWords(
  { serving, store }: ServiceContext,
  asked: Written,
  prompts: readonly Placed[],
): Promise<Placed> {
  const { id: model } = await findModel(store, asked.model)
  const beside = prompts.find(({ which }) => which.model === model)
  const which = beside?.which ?? { model, precision: serving.precisionOf(model) }
  const { instructions, options } = asked
  const labels = options.map(({ label }) => label)
  return { which, question: { by: 'written', instructions, options }, labels, prompt: undefined }
}

async function placedAll(context: ServiceContext, questions: readonly AskedQuestion[]): Promise<Placed[]> {
  const found = new Map<AskedQuestion, Placed>()
  for (const each of questions)
    if (each.by === 'prompt') found.set(each, await ofPrompt(context, each.prompt))
    else if (each.by === 'item') found.set(each, await ofItem(context, each.item))
  const prompts = [...found.values()]
  for (const each of questions) if (each.by === 'written') found.set(each, await inWords(context, each, prompts))
  return questions.flatMap((each) => found.get(each) ?? [])
}

async function ask(
  context: ServiceContext,
  { text, context: about = '', questions }: Input<'serving.ask'>,
  { signal }: CallContext,
): Promise<Outputs['serving.ask']> {
  const all = await placedAll(context, questions)
  const answers = new Map<Placed, AskedChoice>()
  const used: TokenUsage[] = []
  for (const some of Map.groupBy(all, ({ which }) => JSON.stringify(which)).values()) {
    const [{ which }] = some as [Placed]
    const prompts = new Map(
      some.flatMap(({ question, prompt }) => (question.by === 'prompt' && prompt ? [[question.key, prompt]] : [])),
    )
    const asked = { text, context: about, questions: some.map(({ question }) => question) }
    const { choices, usage } = await context.serving.use(which, (model) => model.ask(asked, prompts, signal))
    used.push(usage)
    for (const [i, one] of some.entries()) {
      const { logProbabilities = [], cut = 0 } = choices[i] ?? {}
      answers.set(one, { ...answerInOrder(one.labels, logProbabilities, one.prompt), cut })
    }
  }
  for (const [{ shelved }, answer] of answers)
    if (shelved) {
      const label = bestOf(answer)
      context.shelf.answered(shelved, { text, label, answer: label }, (prompt, ending) =>
        labelOf(context, { text, context: about, questions: [{ by: 'prompt', prompt }] }, ending),
      )
    }
  return {
    answers: all.map((one) => answers.get(one) ?? { labels: [], cut: 0 }),
    usage: {
      input: used.reduce((sum, { input }) => sum + input, 0),
      cached: used.reduce((sum, { cached }) => sum + cached, 0),
    },
  }
}

/** The first one among equals, as everywhere. */
const bestOf = ({ labels }: AskedChoice): string =>
  labels.reduce((most, each) => (each.probability > most.probability ? each : most), { label: '', probability: -1 })
    .label

/** The answer to a single question. */
async function labelOf(context: ServiceContext, asked: Input<'serving.ask'>, signal: AbortSignal): Promise<string> {
  const { answers } = await ask(context, asked, { emit: () => undefined, signal })
  return bestOf(answers[0] ?? { labels: [], cut: 0 })
}

/** Tokens of a base model's answer at most, where the caller sets no limit but the context's. */
const USUAL_TOKENS = 1024

async function write(
  context: ServiceContext,
  { by, input, sampling, likeliest }: Input<'serving.write'>,
  { emit, signal }: CallContext,
): Promise<Outputs['serving.write']> {
  const { serving, store, shelf } = context
  const shelved = 'item' in by ? await shelf.find(by.item) : undefined
  const named = shelved?.prompt ?? ('prompt' in by ? by.prompt : undefined)
  const tuned = named === undefined ? undefined : await serving.prompts.find(named)
  const model = tuned?.model.id ?? ('model' in by ? (await findModel(store, by.model)).id : 0)
  const which = { model, precision: tuned ? tuned.prompt.settings.precision : serving.precisionOf(model) }
  // A prompt's answers end where its evaluation ends them.
  const limits = tuned ? samplingLimits(tuned.prompt.settings) : { maxNewTokens: USUAL_TOKENS, stop: [] }
  const writing = {
    ...{ key: tuned?.key, input, likeliest },
    sampling: {
      ...sampling,
      maxNewTokens: sampling.maxNewTokens ?? limits.maxNewTokens,
      stop: [...limits.stop, ...(sampling.stop ?? [])],
    },
  }
  const prompts = new Map(tuned ? [[tuned.key, tuned.prompt]] : [])
  const pieces: string[] = []
  const written = await serving.use(which, (served) =>
    served.write(writing, prompts, signal, (piece) => {
      pieces.push(piece.text)
      emit({ event: 'wrote', text: piece.text, tokens: piece.tokens })
    }),
  )
  if (shelved)
    shelf.answered(shelved, { text: readOf(input), answer: pieces.join('').trim() }, (prompt, ending) =>
      textOf(context, { by: { prompt }, input, sampling }, ending),
    )
  return written
}

/** What a prompt that has one text reads of an input. */
const readOf = (input: Input<'serving.write'>['input']): string =>
  'text' in input ? input.text : (input.messages.findLast(({ role }) => role === 'user')?.content ?? '')

/** All that is written, without spaces around it. */
async function textOf(context: ServiceContext, asked: Input<'serving.write'>, signal: AbortSignal): Promise<string> {
  const pieces: string[] = []
  const emit = (event: StudioEvent): void => {
    if (event.event === 'wrote') pieces.push(event.text)
  }
  await write(context, asked, { emit, signal })
  return pieces.join('').trim()
}

export const servingMethods: Pick<Methods, `serving.${'ask' | 'write'}`> = {
  'serving.ask': ask,
  'serving.write': write,
}
