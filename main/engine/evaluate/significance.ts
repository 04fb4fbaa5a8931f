// Whether one prompt answers better than another on the same rows: paired bootstrap, exact McNemar, and a verdict in words.
import type { Verdict, VerdictKind } from '../../contract/service.ts'
import { createRandom } from '../random.ts'

/** Two answers to the same row: right or not. */
export interface Pair {
  readonly tuned: boolean
  readonly other: boolean
}

export interface Interval {
  readonly low: number
  readonly high: number
}

const RESAMPLES = 10_000
const LEVEL = 0.95

/**
 * 95 % percentile interval of the accuracy difference tuned - other, resampling rows with their pair of answers
 * (Efron & Tibshirani 1993, chapter 13; paired as in Koehn 2004). Only how many rows differ, and which way, matters: a
 * resample draws from those counts, so 500 rows cost no more than 5. Seeded: the same answers give the same interval.
 */
export function pairedBootstrap(pairs: readonly Pair[], seed = 0): Interval {
  const rows = pairs.length
  if (rows === 0) return { low: 0, high: 0 }
  const random = createRandom(seed)
  const gains = Int8Array.from(pairs, ({ tuned, other }) => Number(tuned) - Number(other))
  const differences = new Float64Array(RESAMPLES)
  for (let sample = 0; sample < RESAMPLES; sample++) {
    let sum = 0
    for (let i = 0; i < rows; i++) sum += gains[random.integer(rows)] ?? 0
    differences[sample] = sum / rows
  }
  differences.sort()
  return { low: quantile(differences, (1 - LEVEL) / 2), high: quantile(differences, (1 + LEVEL) / 2) }
}

/** Linear between the two nearest, as NumPy's default. */
function quantile(sorted: Float64Array, share: number): number {
  const at = share * (sorted.length - 1)
  const below = Math.floor(at)
  const [a, b] = [sorted[below] ?? 0, sorted[Math.min(sorted.length - 1, below + 1)] ?? 0]
  return a + (b - a) * (at - below)
}

/** Exact two-sided McNemar test: the probability of so uneven a change if both were equally good. 1 where nothing differs. */
export function mcNemar(pairs: readonly Pair[]): number {
  const gained = pairs.filter(({ tuned, other }) => tuned && !other).length
  const lost = pairs.filter(({ tuned, other }) => !tuned && other).length
  const changed = gained + lost
  let tail = 0
  for (let k = 0; k <= Math.min(gained, lost); k++) tail += Math.exp(logChoose(changed, k) - changed * Math.LN2)
  return Math.min(1, 2 * tail)
}

function logChoose(n: number, k: number): number {
  let sum = 0
  for (let i = 1; i <= k; i++) sum += Math.log(n - k + i) - Math.log(i)
  return sum
}

const share = (pairs: readonly Pair[], which: keyof Pair): number =>
  pairs.filter((pair) => pair[which]).length / Math.max(1, pairs.length)

/** Better or worse only where the whole interval lies on one side of no difference and McNemar agrees at 5 %. */
export function verdictOf(pairs: readonly Pair[]): Verdict {
  const [tuned, other] = [share(pairs, 'tuned'), share(pairs, 'other')]
  const difference = tuned - other
  const { low, high } = pairedBootstrap(pairs)
  const sure = mcNemar(pairs) < 1 - LEVEL
  const kind: VerdictKind = sure && low > 0 ? 'better' : sure && high < 0 ? 'worse' : 'cannot tell'
  const figures = { rows: pairs.length, tuned, other, difference, low, high }
  return { kind, ...figures, sentence: sentenceOf(kind, figures, pairs) }
}

const percent = (value: number): string => `${Math.round(value * 100)} %`
const points = (value: number): string => {
  const rounded = Math.round(value * 100)
  return rounded > 0 ? `+${rounded}` : rounded < 0 ? `−${-rounded}` : '0'
}

const words: Readonly<Record<VerdictKind, string>> = { better: 'Better', worse: 'Worse', 'cannot tell': 'Cannot tell' }

function sentenceOf(
  kind: VerdictKind,
  { rows, tuned, other, difference, low, high }: Omit<Verdict, 'kind' | 'sentence'>,
  pairs: readonly Pair[],
): string {
  const figures =
    `${percent(tuned)} against ${percent(other)}, ${points(difference)} points ` +
    `(95 % interval ${points(low)} to ${points(high)}, ${rows} rows)`
  const needed = kind === 'cannot tell' ? rowsNeeded(pairs) : undefined
  const more =
    needed === undefined
      ? ''
      : needed > 20 * rows
        ? ' If there is a difference, it is too small to matter at this number of rows.'
        : ` About ${needed} more held-out rows like these would tell.`
  return `${words[kind]}: ${figures}.${more}`
}

/** Rows beyond these at which a difference of this size would stand out; undefined where there is none. */
function rowsNeeded(pairs: readonly Pair[]): number | undefined {
  const gains = pairs.map(({ tuned, other }) => Number(tuned) - Number(other))
  const mean = gains.reduce<number>((sum, gain) => sum + gain, 0) / Math.max(1, gains.length)
  if (mean === 0) return undefined
  const variance = gains.reduce<number>((sum, gain) => sum + (gain - mean) ** 2, 0) / gains.length
  // Twice the standard error below the difference.
  return Math.max(1, Math.ceil((4 * variance) / mean ** 2) - gains.length)
}
