// Figures of a configuration from several seeds and rows: a mean with its confidence interval, and a range of ranks.
import type { Band } from '../../contract/methods/sweeps.ts'
import { createRandom } from '../random.ts'
import { mean } from '../statistics.ts'
import { studentQuantile } from './student.ts'

/** grades[seed][row], 0 to 1: the same rows in the same order for every seed. */
export type Grades = readonly (readonly number[])[]

const RESAMPLES = 1000
const LEVEL = 0.95

/**
 * Means of resampled seeds over resampled rows, both with replacement (a crossed bootstrap: Owen 2007), of several
 * configurations evaluated on the same rows: one resample draws the same rows for all of them, so their means may be
 * compared pair by pair. With few seeds an interval is rather too narrow than too wide. [configuration][resample].
 */
function resampledMeans(configurations: readonly Grades[], seed = 0): Float64Array[] {
  const random = createRandom(seed)
  const rows = configurations[0]?.[0]?.length ?? 0
  const drawn = new Uint32Array(rows)
  const found = configurations.map(() => new Float64Array(RESAMPLES))
  for (let sample = 0; sample < RESAMPLES; sample++) {
    for (let i = 0; i < rows; i++) drawn[i] = random.integer(rows)
    for (const [at, grades] of configurations.entries()) {
      let sum = 0
      for (let i = 0; i < grades.length; i++) {
        const own = grades[random.integer(grades.length)] ?? []
        for (const row of drawn) sum += own[row] ?? 0
      }
      const means = found[at]
      if (means) means[sample] = sum / (grades.length * rows)
    }
  }
  return found
}

function interval(values: Float64Array): { readonly low: number; readonly high: number } {
  const sorted = values.toSorted()
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? NaN
  return { low: at((1 - LEVEL) / 2), high: at((1 + LEVEL) / 2) }
}

export interface RankedBand {
  readonly band: Band
  /** First and last rank that the intervals of differences allow, 1 = best. */
  readonly rank: readonly [number, number]
}

/**
 * Bands and ranks of configurations that were evaluated on the same rows. One of two ranks above the other only where the
 * whole interval of their difference is above 0.
 */
export function rankTogether(configurations: readonly Grades[]): RankedBand[] {
  const means = resampledMeans(configurations)
  const isBetter = (a: number, b: number): boolean =>
    interval(Float64Array.from(means[a] ?? [], (value, i) => value - (means[b]?.[i] ?? NaN))).low > 0
  return configurations.map((grades, a) => {
    const others = configurations.map((_, b) => b).filter((b) => b !== a)
    const better = others.filter((b) => isBetter(b, a)).length
    const worse = others.filter((b) => isBetter(a, b)).length
    return {
      band: { mean: mean(grades.map(mean)), ...interval(means[a] ?? new Float64Array()) },
      rank: [1 + better, configurations.length - worse],
    }
  })
}

/**
 * The band of the mean share of right answers, of the same `rows` rows in each of several runs: Wilson's interval (1927)
 * for the rows, or the runs' own spread by Student's t where that is wider.
 */
export function shareBand(shares: readonly number[], rows: number): Band {
  const middle = mean(shares)
  const runs = shares.length
  const variance = shares.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (runs - 1)
  const spread = runs > 1 ? studentQuantile(LEVEL, runs - 1) * Math.sqrt(variance / runs) : 0
  const z2 = NORMAL ** 2
  const centre = (middle + z2 / (2 * rows)) / (1 + z2 / rows)
  const half = (NORMAL / (1 + z2 / rows)) * Math.sqrt((middle * (1 - middle)) / rows + z2 / (4 * rows ** 2))
  return {
    mean: middle,
    low: Math.max(0, Math.min(centre - half, middle - spread)),
    high: Math.min(1, Math.max(centre + half, middle + spread)),
  }
}

/** Standard deviations that 95 % of a normal distribution lie within. */
const NORMAL = 1.959964
