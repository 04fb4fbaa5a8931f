// Methods serving.*: answer programs' questions, and write for them.
import type { TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { AskedChoice, AskedQuestion, Input, Outputs } from '../../contract/service.ts'
import type { ServedQuestion, TokenUsage } from '../../contract/serving.ts'
import { samplingLimits } from '../../engine/evaluate/answer-end.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { findModel } from '../lookup.ts'
import type { WhichModel } from '../serving/serving.ts'

/** A question with the model that answers it. */
interface Placed {
  readonly which: WhichModel
  readonly question: ServedQuestion
  readonly labels: readonly string[]
  readonly prompt: TunedPrompt | undefined
}

type ByPrompt = Extract<AskedQuestion, { by: 'prompt' }>
type Written = Extract<AskedQuestion, { by: 'written' }>

/** Error: 'serving/writes'. */
async function ofPrompt({ serving }: ServiceContext, { prompt: named }: ByPrompt): Promise<Placed> {
  const { name, model, prompt, key } = await serving.prompts.find(named)
  const { settings, labels } = prompt
  if (!scoresLabels(settings)) throw studioError('serving/writes', name)
  return { which: { model: model.id, precision: settings.precision }, question: { by: 'prompt', key }, labels, prompt }
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
  for (const each of questions) if (each.by === 'prompt') found.set(each, await ofPrompt(context, each))
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
      const labels = one.labels.map((label, l) => ({ label, probability: Math.exp(logProbabilities[l] ?? -Infinity) }))
      answers.set(one, { labels, cut })
    }
  }
  return {
    answers: all.map((one) => answers.get(one) ?? { labels: [], cut: 0 }),
    usage: {
      input: used.reduce((sum, { input }) => sum + input, 0),
      cached: used.reduce((sum, { cached }) => sum + cached, 0),
    },
  }
}

/** Tokens of a base model's answer at most, where the caller sets no limit but the context's. */
const USUAL_TOKENS = 1024

async function write(
  { serving, store }: ServiceContext,
  { by, input, sampling, likeliest }: Input<'serving.write'>,
  { emit, signal }: CallContext,
): Promise<Outputs['serving.write']> {
  const tuned = 'prompt' in by ? await serving.prompts.find(by.prompt) : undefined
  const model = tuned?.model.id ?? ('model' in by ? (await findModel(store, by.model)).id : 0)
  const which = { model, precision: tuned ? tuned.prompt.settings.precision : serving.precisionOf(model) }
  // A prompt's answers end where its evaluation ends them.
  const limits = tuned ? samplingLimits(tuned.prompt.settings) : { maxNewTokens: USUAL_TOKENS, stop: [] }
  const writing = {
    ...{ key: tuned?.key, input, likeliest },
    sampling: {
      ...{ temperature: sampling.temperature, topP: sampling.topP, seed: sampling.seed },
      maxNewTokens: sampling.maxNewTokens ?? limits.maxNewTokens,
      stop: [...limits.stop, ...(sampling.stop ?? [])],
    },
  }
  const prompts = new Map(tuned ? [[tuned.key, tuned.prompt]] : [])
  return serving.use(which, (served) =>
    served.write(writing, prompts, signal, (piece) => {
      emit({ event: 'wrote', text: piece.text, tokens: piece.tokens })
    }),
  )
}

export const servingMethods: Pick<Methods, `serving.${'ask' | 'write'}`> = {
  'serving.ask': ask,
  'serving.write': write,
}
