// Temperature scaling: the one number that log-probabilities are divided by, fitted on validation rows (Guo et al. 2017).
import { mostTemperature } from '../../contract/calibration.ts'
import type { LabelledScores } from './scores.ts'

/** What is less likely than any number can hold. */
const FLOOR = Math.log(Number.MIN_VALUE)

/**
 * The temperature with the least cross-entropy; 1 where the rows say nothing of it. As if of n + 2 such rows one were the
 * runner-up's (Laplace's rule of succession, as Platt 1999 smooths two classes): where all n answers are right, the fit is not
 * certainty, but a mean confidence of about (n + 1) / (n + 2). The loss is convex in 1 / temperature, and Newton's method with a
 * bracket finds its minimum.
 */
export function fitTemperature(rows: readonly LabelledScores[]): number {
  const smoothed = rows.filter(({ logProbabilities }) => logProbabilities.length > 1).map(smoothing(rows.length))
  let [low, high, at] = [1 / mostTemperature, mostTemperature, 1]
  const { slope, curvature } = derivatives(smoothed, at)
  if (!Number.isFinite(slope) || (slope === 0 && curvature === 0)) return 1
  if (derivatives(smoothed, low).slope >= 0) return mostTemperature
  if (derivatives(smoothed, high).slope <= 0) return 1 / mostTemperature
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const { slope, curvature } = derivatives(smoothed, at)
    if (slope > 0) high = at
    else low = at
    const newton = at - slope / curvature
    const next = newton > low && newton < high ? newton : Math.sqrt(low * high)
    if (Math.abs(next - at) <= PRECISION * at) break
    at = next
  }
  return 1 / at
}

const MAX_ITERATIONS = 100
const PRECISION = 1e-12

/** Scores of a row, [labels], and their mean under the smoothed right answer. */
interface Smoothed {
  readonly scores: readonly number[]
  readonly target: number
}

const smoothing =
  (rows: number) =>
  ({ logProbabilities, label }: LabelledScores): Smoothed => {
    const scores = logProbabilities.map((value) => Math.max(FLOOR, value))
    const runnerUp = Math.max(...scores.filter((_, i) => i !== label))
    const share = 1 / (rows + 2)
    return { scores, target: (1 - share) * (scores[label] ?? FLOOR) + share * runnerUp }
  }

/** First and second derivative of the mean cross-entropy by the inverse temperature. */
function derivatives(
  rows: readonly Smoothed[],
  inverse: number,
): { readonly slope: number; readonly curvature: number } {
  let [slope, curvature] = [0, 0]
  for (const { scores, target } of rows) {
    const top = Math.max(...scores)
    let [sum, first, second] = [0, 0, 0]
    for (const score of scores) {
      // From the top: what is squared stays small.
      const below = score - top
      const weight = Math.exp(inverse * below)
      sum += weight
      first += weight * below
      second += weight * below ** 2
    }
    const mean = first / sum
    slope += mean - (target - top)
    curvature += second / sum - mean ** 2
  }
  return { slope: slope / Math.max(1, rows.length), curvature: curvature / Math.max(1, rows.length) }
}
