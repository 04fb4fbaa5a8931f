// Evaluation: answers rows with a tuned prompt, a hand-written one or none, and computes the task's metrics.
import type { ComputeEvent, Evaluation, ScoredRow, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { evaluatingWith } from '../../contract/stages.ts'
import { isIdentity } from '../model/identity.ts'
import { methodOf } from '../method/index.ts'
import { measured } from '../metrics/index.ts'
import { scoresLabels, taskOf } from '../task/index.ts'
import { answerEnd, answerStops, watchEnd } from './answer-end.ts'
import { best } from './best.ts'
import { answerLimits, createEncoder, encoderFor } from './encode.ts'
import { generateRows, type GenerationOptions } from './generate-rows.ts'
import type { InferenceRunner } from './inference-runner.ts'
import { noPrompt, type PlacedParts, type PlacedPrompt, scoreRows } from './label-scores.ts'
import type { Reading } from './reading.ts'

export interface ScoreTask {
  readonly model: PreparedModel
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly examples: readonly Example[]
  /** Undefined = no virtual tokens: the template as the settings have it. */
  readonly prompt: TunedPrompt | undefined
  /** The hand-written prompt in the settings' template, where one is evaluated in place of virtual tokens. */
  readonly handWritten?: string
  /** The precomputed keys and values of the rows' texts. */
  readonly reading?: Reading
}

/** Answers every row, by the likeliest label or by greedy generation as the task says, and evaluates the answers. */
export async function scoreTask(
  runner: InferenceRunner,
  task: ScoreTask,
  emit: (event: ComputeEvent) => void,
): Promise<Evaluation> {
  const { examples } = task
  const progress = (done: number): void =>
    emit({ event: 'progress', stage: evaluatingWith(subjectOf(task)), done, total: examples.length })
  return evaluationOf(task, await answersTo(runner, task, progress))
}

const subjectOf = ({ prompt, handWritten }: Pick<ScoreTask, 'prompt' | 'handWritten'>): Evaluation['subject'] =>
  prompt ? 'tuned prompt' : handWritten === undefined ? 'no prompt' : 'hand-written prompt'

type Answer = Omit<ScoredRow, 'metrics'>

/** The answers to a task's rows with all of their metrics. */
function evaluationOf(task: ScoreTask, answers: readonly Answer[]): Evaluation {
  const { settings, labels, handWritten } = task
  const metrics = taskOf(settings).metrics(answers.map(({ label }) => label))
  const own = handWritten === undefined ? {} : { handWritten }
  return { subject: subjectOf(task), ...measured(metrics, answers, labels), ...own }
}

/** The evaluation of a task by the log-probabilities of its labels, [rows][labels]. */
export const evaluationByScores = (task: ScoreTask, scores: readonly (readonly number[])[]): Evaluation =>
  evaluationOf(task, chosenLabels(task, scores))

/** Each row's likeliest label. */
export const chosenLabels = (
  { labels, examples }: Pick<ScoreTask, 'labels' | 'examples'>,
  scores: readonly (readonly number[])[],
): Answer[] =>
  examples.map(({ row, label }, i) => {
    const logProbabilities = scores[i] ?? []
    return { row, label, predicted: labels[best(logProbabilities)] ?? '', logProbabilities }
  })

/** The answers to a task's rows, unmeasured. */
export const answersTo: Answers = (runner, task, onProgress, onToken) =>
  (scoresLabels(task.settings) ? labelAnswers : generatedAnswers)(runner, task, onProgress, onToken)

/** `onToken`: gets the log-probability of each token of a generated answer, by its row's place. */
type Answers = (
  runner: InferenceRunner,
  task: ScoreTask,
  onProgress: (done: number) => void,
  onToken?: (place: number, logProbability: number) => void,
) => Promise<Answer[]>

const labelAnswers: Answers = async (runner, task, onProgress) => {
  const { model, settings, labels, examples, prompt, reading } = task
  const encoder = createEncoder(model, settings, labels)
  const segments = examples.map(({ text }) => encoder.row(text))
  const placed = { ...placedParts(model, prompt), reading }
  return chosenLabels(task, await scoreRows(runner, encoder.trie, segments, placed, onProgress))
}

const generatedAnswers: Answers = async (runner, task, onProgress, onToken) => {
  const { model, settings, examples, prompt } = task
  const encoder = encoderFor(model, settings, [])
  const { tokenizer, end } = encoder
  const limits = answerLimits(model, settings)
  const stops = answerStops(settings.template, limits.lines)
  const findEnd = answerEnd(stops)
  const watch: GenerationOptions['watch'] = (place) => {
    const [stream, isOver] = [tokenizer.decodeStream(), watchEnd(stops)]
    return ({ id, logProbability }) => {
      onToken?.(place, logProbability())
      return isOver(stream.push(id))
    }
  }
  const options = { model, ends: [end, ...tokenizer.ends], maxTokens: limits.tokens, watch }
  const segments = examples.map(({ text }) => encoder.row(text))
  const answers = await generateRows(runner, segments, prompt && placedPrompt(model, prompt), options, onProgress)
  return examples.map(({ row, label }, i) => {
    const predicted = findEnd(tokenizer.decode(answers[i] ?? [])).answer
    return { row, label, predicted, logProbabilities: [] }
  })
}

/** As `placedPrompt`, or the parts of no prompt. */
export const placedParts = (model: PreparedModel, prompt: TunedPrompt | undefined): PlacedParts =>
  prompt ? placedPrompt(model, prompt) : noPrompt

/** A tuned prompt folded into parts, with its layout. Error: 'tuning/other-model'. */
export function placedPrompt(model: PreparedModel, prompt: TunedPrompt): PlacedPrompt {
  if (!isIdentity(prompt.modelHash, model)) throw studioError('tuning/other-model')
  return { settings: prompt.settings, parts: methodOf(prompt.settings).fold(prompt.tensors, prompt.settings) }
}
