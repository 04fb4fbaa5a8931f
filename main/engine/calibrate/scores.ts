// Scores of rows whose right label is known, and what a temperature makes of them.
import type { ScoredRow } from '../../contract/compute.ts'

/** Log-probabilities of a row's labels, [labels], with the index of the right one. */
export interface LabelledScores {
  readonly logProbabilities: readonly number[]
  readonly label: number
}

/** An answer: the probability that it was given, and whether it is right. */
export interface Judged {
  readonly confidence: number
  readonly right: boolean
}

/** log p of every label at a temperature, [labels]; at 1 they stay as they are, bit for bit. */
export function tempered(logProbabilities: readonly number[], temperature: number): readonly number[] {
  if (temperature === 1) return logProbabilities
  const scaled = logProbabilities.map((value) => value / temperature)
  const top = Math.max(...scaled)
  if (top === -Infinity) return scaled
  const normaliser = top + Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - top), 0))
  return scaled.map((value) => value - normaliser)
}

/** The likeliest label of each row at a temperature, as an answer. */
export const judged = (rows: readonly LabelledScores[], temperature: number): Judged[] =>
  rows.map(({ logProbabilities, label }) => {
    const values = tempered(logProbabilities, temperature)
    const top = Math.max(...values)
    return { confidence: Math.exp(top), right: values.indexOf(top) === label }
  })

/** The scores of rows whose label is one of `labels`, without those that the model could not score. */
export const labelledScores = (
  rows: readonly Pick<ScoredRow, 'label' | 'logProbabilities'>[],
  labels: readonly string[],
): LabelledScores[] => {
  const at = new Map(labels.map((label, i) => [label, i]))
  return rows.flatMap(({ label, logProbabilities }) => {
    const index = at.get(label)
    const isScored = logProbabilities.length === labels.length && Number.isFinite(Math.max(...logProbabilities))
    return index === undefined || !isScored ? [] : [{ logProbabilities, label: index }]
  })
}
