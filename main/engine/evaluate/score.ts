// Scoring: every label's log-likelihood on held-out rows, and the figures that follow.
import type { ComputeEvent, Evaluation, ScoredRow, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { methodOf } from '../method/index.ts'
import type { LayoutSettings } from '../method/layout.ts'
import { measured } from '../metrics/index.ts'
import { isChosen, taskOf } from '../task/index.ts'
import { answerCut } from './answer-cut.ts'
import { best } from './best.ts'
import { createEncoder, encoderFor } from './encode.ts'
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
  /** The words that the settings' template begins with, where they are a rival to virtual tokens. */
  readonly handWritten?: string
  /** Where the rows' texts have been read already, as these settings lay them out. */
  readonly read?: { readonly texts: CachedTexts; readonly settings: LayoutSettings }
}

/** Answers every row, and tells the figures that follow: among labels the likeliest, elsewhere what the model writes. */
export async function scoreTask(
  reader: InferenceRunner,
  task: ScoreTask,
  emit: (event: ComputeEvent) => void,
): Promise<Evaluation> {
  const { settings, labels, examples, prompt, handWritten } = task
  const subject = prompt ? 'tuned prompt' : handWritten === undefined ? 'no prompt' : 'hand-written prompt'
  const progress = (done: number): void =>
    emit({ event: 'progress', stage: `evaluating with ${subject}`, done, total: examples.length })
  const answers = await (isChosen(settings) ? labelAnswers : generatedAnswers)(reader, task, progress)
  const metrics = taskOf(settings).metrics(answers.map(({ label }) => label))
  const own = handWritten === undefined ? {} : { handWritten }
  return { subject, ...measured(metrics, answers, labels), ...own }
}

type Answer = Omit<ScoredRow, 'metrics'>
type Answers = (reader: InferenceRunner, task: ScoreTask, onProgress: (done: number) => void) => Promise<Answer[]>

const labelAnswers: Answers = async (reader, { model, settings, labels, examples, prompt, read }, onProgress) => {
  const encoder = createEncoder(model, settings, labels)
  const segments = examples.map(({ text }) => encoder.row(text))
  const plain = read && { settings: read.settings, parts: undefined }
  const placed = prompt ? placedPrompt(model, prompt) : plain
  const how = placed && { ...placed, texts: read?.texts }
  const scores = await scoreRows(reader, encoder.trie, segments, how, onProgress)
  return examples.map(({ row, label }, i) => {
    const logProbabilities = scores[i] ?? []
    return { row, label, predicted: labels[best(logProbabilities)] ?? '', logProbabilities }
  })
}

const generatedAnswers: Answers = async (reader, { model, settings, examples, prompt }, onProgress) => {
  const { encoder, maxAnswer } = encoderFor(model, settings, [], examples)
  const { tokenizer, end } = encoder
  const right = examples.map(({ label }) => label)
  const cut = answerCut(settings.template, right)
  const isOver = (ids: readonly number[]): boolean => cut(tokenizer.decode(ids)).isOver
  const writing = { model, ends: [end, ...tokenizer.ends], maxTokens: maxAnswer, isOver }
  const segments = examples.map(({ text }) => encoder.row(text))
  const answers = await generateRows(reader, segments, prompt && placedPrompt(model, prompt), writing, onProgress)
  return examples.map(({ row, label }, i) => {
    const predicted = cut(tokenizer.decode(answers[i] ?? [])).answer
    return { row, label, predicted, logProbabilities: [] }
  })
}

/** A tuned prompt as the parts that the network reads. Error: 'tuning/other-model'. */
export function placedPrompt(model: PreparedModel, prompt: TunedPrompt): PlacedPrompt {
  if (prompt.modelHash !== model.hash) throw studioError('tuning/other-model')
  return { settings: prompt.settings, parts: methodOf(prompt.settings).fold(prompt.tensors) }
}
