// Scoring: every label's log-likelihood on held-out rows, and the figures that follow.
import type { ComputeEvent, Evaluation, ScoredRow, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { methods } from '../method/index.ts'
import type { LayoutSettings } from '../method/layout.ts'
import { isChosen, taskOf } from '../task/index.ts'
import { answerCut } from './answer-cut.ts'
import { best } from './best.ts'
import { createEncoder, encoderFor } from './encode.ts'
import { generateRows } from './generate-rows.ts'
import { scoreRows, type VirtualPrompt } from './label-scores.ts'
import type { Reader } from './reader.ts'
import type { ReadTexts } from './texts.ts'

export interface ScoreTask {
  readonly model: PreparedModel
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly examples: readonly Example[]
  /** Undefined = no virtual tokens: the template as the settings have it. */
  readonly prompt: TunedPrompt | undefined
  /** The words that the settings' template begins with, where they are a rival to virtual tokens. */
  readonly written?: string
  /** Where the rows' texts have been read already, as these settings lay them out. */
  readonly read?: { readonly texts: ReadTexts; readonly settings: LayoutSettings }
}

/** Answers every row, and tells the figures that follow: among labels the likeliest, elsewhere what the model writes. */
export async function scoreTask(
  reader: Reader,
  task: ScoreTask,
  emit: (event: ComputeEvent) => void,
): Promise<Evaluation> {
  const { settings, labels, examples, prompt, written } = task
  const subject = prompt ? 'tuned prompt' : written === undefined ? 'no prompt' : 'written prompt'
  const progress = (done: number): void =>
    emit({ event: 'progress', stage: `scoring with ${subject}`, done, total: examples.length })
  const rows = await (isChosen(settings) ? chosenAnswers : writtenAnswers)(reader, task, progress)
  const [first, second] = taskOf(settings).metrics(rows, labels)
  const told = written === undefined ? {} : { written }
  return { subject, rows, accuracy: first?.value ?? 0, macroF1: second?.value ?? 0, ...told }
}

type Answers = (reader: Reader, task: ScoreTask, onProgress: (done: number) => void) => Promise<ScoredRow[]>

const chosenAnswers: Answers = async (reader, { model, settings, labels, examples, prompt, read }, onProgress) => {
  const encoder = createEncoder(model, settings, labels)
  const segments = examples.map(({ text }) => encoder.row(text))
  const plain = read && { settings: read.settings, prompt: undefined }
  const virtual = prompt ? virtualOf(model, prompt) : plain
  const how = virtual && { ...virtual, texts: read?.texts }
  const scores = await scoreRows(reader, encoder.trie, segments, how, onProgress)
  return examples.map(({ row, label }, i) => {
    const logProbabilities = scores[i] ?? []
    return { row, label, predicted: labels[best(logProbabilities)] ?? '', logProbabilities }
  })
}

const writtenAnswers: Answers = async (reader, { model, settings, examples, prompt }, onProgress) => {
  const { encoder, most } = encoderFor(model, settings, [], examples)
  const { tokenizer, end } = encoder
  const right = examples.map(({ label }) => label)
  const cut = answerCut(settings.template, right)
  const isOver = (ids: readonly number[]): boolean => cut(tokenizer.decode(ids)).isOver
  const writing = { model, ends: [end, ...tokenizer.ends], most, isOver }
  const segments = examples.map(({ text }) => encoder.row(text))
  const answers = await generateRows(reader, segments, prompt && virtualOf(model, prompt), writing, onProgress)
  return examples.map(({ row, label }, i) => {
    const predicted = cut(tokenizer.decode(answers[i] ?? [])).answer
    return { row, label, predicted, logProbabilities: [] }
  })
}

/** A tuned prompt in the form in which the network reads it; refuses one of another base model. */
export function virtualOf(model: PreparedModel, prompt: TunedPrompt): VirtualPrompt {
  if (prompt.modelHash !== model.hash) throw studioError('tuning/other-model')
  return { settings: prompt.settings, prompt: methods[prompt.settings.method].fold(prompt.tensors) }
}
