// Evaluation: answers rows with a tuned prompt, a hand-written one or none, and computes the task's metrics.
import type { ComputeEvent, Evaluation, ScoredRow, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { isIdentity } from '../model/identity.ts'
import { methodOf } from '../method/index.ts'
import type { LayoutSettings } from '../method/layout.ts'
import { measured } from '../metrics/index.ts'
import { scoresLabels, taskOf } from '../task/index.ts'
import { answerEnd, answerStops, watchEnd } from './answer-end.ts'
import { best } from './best.ts'
import { answerLimits, createEncoder, encoderFor } from './encode.ts'
import { generateRows } from './generate-rows.ts'
import { type PlacedPrompt, scoreRows } from './label-scores.ts'
import type { InferenceRunner } from './inference-runner.ts'
import type { CachedTexts } from './cached-texts.ts'

export interface ScoreTask {
  readonly model: PreparedModel
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly examples: readonly Example[]
  /** Undefined = no virtual tokens: the template as the settings have it. */
  readonly prompt: TunedPrompt | undefined
  /** The hand-written prompt in the settings' template, where one is evaluated in place of virtual tokens. */
  readonly handWritten?: string
  /** The rows' precomputed keys and values, and the settings by which they were laid out. */
  readonly cached?: { readonly texts: CachedTexts; readonly settings: LayoutSettings }
}

/** Answers every row, by the likeliest label or by greedy generation as the task says, and evaluates the answers. */
export async function scoreTask(
  runner: InferenceRunner,
  task: ScoreTask,
  emit: (event: ComputeEvent) => void,
): Promise<Evaluation> {
  const { settings, labels, examples, prompt, handWritten } = task
  const subject = prompt ? 'tuned prompt' : handWritten === undefined ? 'no prompt' : 'hand-written prompt'
  const progress = (done: number): void =>
    emit({ event: 'progress', stage: `evaluating with ${subject}`, done, total: examples.length })
  const answers = await (scoresLabels(settings) ? labelAnswers : generatedAnswers)(runner, task, progress)
  const metrics = taskOf(settings).metrics(answers.map(({ label }) => label))
  const own = handWritten === undefined ? {} : { handWritten }
  return { subject, ...measured(metrics, answers, labels), ...own }
}

type Answer = Omit<ScoredRow, 'metrics'>
type Answers = (runner: InferenceRunner, task: ScoreTask, onProgress: (done: number) => void) => Promise<Answer[]>

const labelAnswers: Answers = async (runner, { model, settings, labels, examples, prompt, cached }, onProgress) => {
  const encoder = createEncoder(model, settings, labels)
  const segments = examples.map(({ text }) => encoder.row(text))
  const plain = cached && { settings: cached.settings, parts: undefined }
  const placed = prompt ? placedPrompt(model, prompt) : plain
  const placedWithTexts = placed && { ...placed, texts: cached?.texts }
  const scores = await scoreRows(runner, encoder.trie, segments, placedWithTexts, onProgress)
  return examples.map(({ row, label }, i) => {
    const logProbabilities = scores[i] ?? []
    return { row, label, predicted: labels[best(logProbabilities)] ?? '', logProbabilities }
  })
}

const generatedAnswers: Answers = async (runner, { model, settings, examples, prompt }, onProgress) => {
  const encoder = encoderFor(model, settings, [])
  const { tokenizer, end } = encoder
  const limits = answerLimits(model, settings)
  const stops = answerStops(settings.template, limits.lines)
  const findEnd = answerEnd(stops)
  const watch = (): ((id: number) => boolean) => {
    const [stream, isOver] = [tokenizer.decodeStream(), watchEnd(stops)]
    return (id) => isOver(stream.push(id))
  }
  const options = { model, ends: [end, ...tokenizer.ends], maxTokens: limits.tokens, watch }
  const segments = examples.map(({ text }) => encoder.row(text))
  const answers = await generateRows(runner, segments, prompt && placedPrompt(model, prompt), options, onProgress)
  return examples.map(({ row, label }, i) => {
    const predicted = findEnd(tokenizer.decode(answers[i] ?? [])).answer
    return { row, label, predicted, logProbabilities: [] }
  })
}

/** A tuned prompt folded into parts, with its layout. Error: 'tuning/other-model'. */
export function placedPrompt(model: PreparedModel, prompt: TunedPrompt): PlacedPrompt {
  if (!isIdentity(prompt.modelHash, model)) throw studioError('tuning/other-model')
  return { settings: prompt.settings, parts: methodOf(prompt.settings).fold(prompt.tensors, prompt.settings) }
}
