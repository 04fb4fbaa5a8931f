// Figures of a classification, from what was right and what was said.
import type { Answered } from './metric.ts'

/** Unweighted mean of each label's F1; a label that is neither present nor predicted does not count. */
export function macroF1(rows: readonly Answered[], labels: readonly string[]): number {
  const scores = labels.flatMap((label) => {
    const hits = rows.filter((row) => row.label === label && row.predicted === label).length
    const present = rows.filter((row) => row.label === label).length
    const predicted = rows.filter((row) => row.predicted === label).length
    return present + predicted === 0 ? [] : [(2 * hits) / (present + predicted)]
  })
  return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length
}
