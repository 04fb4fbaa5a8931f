// Loss and accuracy on the validation rows, by forward passes alone.
import type { PlainPrompt } from '../../contract/prompt.ts'
import type { ValidatedRow } from '../../contract/records.ts'
import type { Example, TuneSettings } from '../../contract/settings.ts'
import { best, scoreRows } from '../evaluate/label-scores.ts'
import type { Reader } from '../evaluate/reader.ts'
import type { ReadTexts } from '../evaluate/texts.ts'
import type { LabelTrie } from '../evaluate/trie.ts'
import type { Segments } from '../method/layout.ts'
import type { TrainingExample } from './example.ts'

export interface ValidationRow {
  readonly segments: Segments
  /** Index of the right label. */
  readonly label: number
  /** The row as the loss sees it. */
  readonly example: TrainingExample
  /** The row as its owner sees it. */
  readonly shown: Example
}

export interface Validation {
  /** Mean of -log p over label tokens: the same quantity that training lowers. */
  readonly loss: number
  readonly accuracy: number
  /** The rows whose right label is least likely, and some that stay the same through the run. */
  readonly rows: readonly ValidatedRow[]
}

/** Rows of each kind that are shown. */
const shownRows = 5

export async function validate(
  reader: Reader,
  trie: LabelTrie,
  rows: readonly ValidationRow[],
  settings: TuneSettings,
  labels: readonly string[],
  prompt: PlainPrompt,
  texts: ReadTexts | undefined,
): Promise<Validation> {
  const scores = await scoreRows(
    reader,
    trie,
    rows.map(({ segments }) => segments),
    { settings, prompt, texts },
  )
  const right = rows.filter(({ label }, i) => best(scores[i] ?? []) === label).length
  const tokens = rows.reduce((sum, { example }) => sum + example.ask.length, 0)
  const total =
    settings.loss === 'labels'
      ? rows.reduce((sum, { label }, i) => sum - (scores[i]?.[label] ?? -Infinity), 0)
      : await vocabularyTotal(reader, rows, prompt, texts)
  return {
    loss: total / Math.max(1, tokens),
    accuracy: right / Math.max(1, rows.length),
    rows: chosenRows(rows, scores, labels),
  }
}

function chosenRows(
  rows: readonly ValidationRow[],
  scores: readonly (readonly number[])[],
  labels: readonly string[],
): ValidatedRow[] {
  const all = rows.map(({ shown, label }, i) => {
    const predicted = labels[best(scores[i] ?? [])] ?? ''
    return { ...shown, predicted, probability: Math.exp(scores[i]?.[label] ?? -Infinity) }
  })
  const worst = all.toSorted((a, b) => a.probability - b.probability).slice(0, shownRows)
  // Evenly through the file: the same ones each time.
  const every = Math.max(1, Math.floor(all.length / shownRows))
  const others = all.filter((row, i) => i % every === 0 && !worst.includes(row)).slice(0, shownRows)
  return [...worst.map((row) => ({ ...row, worst: true })), ...others.map((row) => ({ ...row, worst: false }))]
}

/** Rows whose logits over the whole vocabulary are held at once. */
const rowsAtOnce = 8

async function vocabularyTotal(
  reader: Reader,
  rows: readonly ValidationRow[],
  prompt: PlainPrompt,
  texts: ReadTexts | undefined,
): Promise<number> {
  let total = 0
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.slice(start, start + rowsAtOnce).map(({ example }) => example)
    const { data, shape } = await reader.logits({
      sequences: some.map(({ sequence }) => sequence),
      prompt,
      ask: some.map(({ ask }) => ask),
      candidates: undefined,
      texts,
    })
    const [, slots = 0, width = 0] = shape
    some.forEach(({ labels }, b) =>
      labels.forEach((id, slot) => {
        const at = (b * slots + slot) * width
        total += negativeLogProbability(data.subarray(at, at + width), id)
      }),
    )
  }
  return total
}

function negativeLogProbability(logits: Float32Array, id: number): number {
  let top = -Infinity
  for (const value of logits) top = Math.max(top, value)
  let sum = 0
  for (const value of logits) sum += Math.exp(value - top)
  return top + Math.log(sum) - (logits[id] ?? -Infinity)
}
