// The bootstrap: a figure of many resamples of the rows, and the percentile interval that these give it.
import { createRandom } from './random.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

export const RESAMPLES = 10_000
export const LEVEL = 0.95

/**
 * 95 % percentile interval of a figure of some rows, which are drawn with replacement (Efron & Tibshirani 1993, chapter 13).
 * `figure` gets the rows that were drawn. Seeded: the same rows give the same interval.
 */
export function bootstrap(
  rows: number,
  figure: (drawn: Uint32Array) => number,
  { seed = 0, resamples = RESAMPLES }: { readonly seed?: number; readonly resamples?: number } = {},
): Interval {
  const random = createRandom(seed)
  const figures = new Float64Array(resamples)
  const drawn = new Uint32Array(rows)
  for (let sample = 0; sample < resamples; sample++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.integer(rows)
    figures[sample] = figure(drawn)
  }
  return percentiles(figures)
}

/** The middle 95 % of some figures, which it sorts. */
export function percentiles(figures: Float64Array): Interval {
  figures.sort()
  return { low: quantile(figures, (1 - LEVEL) / 2), high: quantile(figures, (1 + LEVEL) / 2) }
}

/** The quantile by linear interpolation between order statistics, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const [a, b] = [sorted[below] ?? 0, sorted[Math.min(sorted.length - 1, below + 1)] ?? 0]
  return a + (b - a) * (at - below)
}
