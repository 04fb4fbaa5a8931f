// Scoring: every label's log-likelihood on held-out rows, and the figures that follow.
import type { ComputeEvent, Evaluation, TunedPrompt } from '../../contract/compute.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { PreparedModel } from '../../contract/model.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { methods } from '../method/index.ts'
import type { LayoutSettings } from '../method/layout.ts'
import { createEncoder } from './encode.ts'
import { best, scoreRows, type VirtualPrompt } from './label-scores.ts'
import { accuracy, macroF1 } from './metrics.ts'
import type { Reader } from './reader.ts'
import type { ReadTexts } from './texts.ts'

export interface ScoreTask {
  readonly model: PreparedModel
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  readonly examples: readonly Example[]
  /** Undefined = no virtual tokens: the template as the settings have it. */
  readonly prompt: TunedPrompt | undefined
  /** Where the rows' texts have been read already, as these settings lay them out. */
  readonly read?: { readonly texts: ReadTexts; readonly settings: LayoutSettings }
}

export async function scoreTask(
  reader: Reader,
  { model, settings, labels, examples, prompt, read }: ScoreTask,
  emit: (event: ComputeEvent) => void,
): Promise<Evaluation> {
  const subject = prompt ? 'tuned prompt' : 'no prompt'
  const encoder = createEncoder(model, settings, labels)
  const segments = examples.map(({ text }) => encoder.row(text))
  const progress = (done: number): void =>
    emit({ event: 'progress', stage: `scoring with ${subject}`, done, total: examples.length })
  const plain = read && { settings: read.settings, prompt: undefined }
  const virtual = prompt ? virtualOf(model, prompt) : plain
  const scores = await scoreRows(
    reader,
    encoder.trie,
    segments,
    virtual && { ...virtual, texts: read?.texts },
    progress,
  )
  const rows = examples.map(({ row, label }, i) => {
    const logProbabilities = scores[i] ?? []
    return { row, label, predicted: labels[best(logProbabilities)] ?? '', logProbabilities }
  })
  return { subject, rows, accuracy: accuracy(rows), macroF1: macroF1(rows, labels) }
}

/** A tuned prompt in the form in which the network reads it; refuses one of another base model. */
export function virtualOf(model: PreparedModel, prompt: TunedPrompt): VirtualPrompt {
  if (prompt.modelHash !== model.hash) throw studioError('tuning/other-model')
  return { settings: prompt.settings, prompt: methods[prompt.settings.method].fold(prompt.tensors) }
}
