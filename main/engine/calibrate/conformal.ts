// Split conformal prediction: the few labels among which the right one is with a chosen probability.
import { judged, type LabelledScores, tempered } from './scores.ts'

/** Share of rows whose set may lack the right label. */
const MISS = 0.05

/**
 * The least probability with which a label belongs to the set. Were nothing fitted on these rows, they and new rows like them
 * would be interchangeable, and the set of a new row had its right label with a probability of at least 1 - `miss`, on average
 * over such rows and not for each label or text by itself (Vovk et al. 2005). The temperature, the threshold and the best step
 * of the training were chosen on them, so that it is about 1 - `miss`. By the finite-sample quantile, the
 * ceil((n + 1)(1 - miss))-th smallest of the n rows' 1 - p of the right label: of all rules, that one needs the fewest
 * labels (Sadinle et al. 2019), where adaptive sets spend more on easy rows. 0, so that every label belongs to it, where
 * n is too small to promise less.
 */
export function leastProbability(rows: readonly LabelledScores[], temperature: number, miss = MISS): number {
  const right = rows.map(({ logProbabilities, label }) =>
    Math.exp(tempered(logProbabilities, temperature)[label] ?? -Infinity),
  )
  const rank = Math.ceil((rows.length + 1) * (1 - miss))
  return right.sort((a, b) => b - a)[rank - 1] ?? 0
}

/** The labels that belong to the set, by index, the likeliest first; never empty, which can only add right labels. */
export function labelSet(logProbabilities: readonly number[], least: number): number[] {
  const order = [...logProbabilities.keys()].sort((a, b) => (logProbabilities[b] ?? 0) - (logProbabilities[a] ?? 0))
  return order.filter((label, place) => place === 0 || Math.exp(logProbabilities[label] ?? -Infinity) >= least)
}

/** The rows that a threshold leaves to a person: what unsure answers name is fitted and measured on these alone. */
export function unsureRows(
  rows: readonly LabelledScores[],
  temperature: number,
  threshold: number,
): readonly LabelledScores[] {
  const answers = judged(rows, temperature)
  return rows.filter((_, i) => (answers[i]?.confidence ?? 0) < threshold)
}
