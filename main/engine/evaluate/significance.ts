// Whether one prompt answers better than another on the same rows: paired bootstrap, exact McNemar, and a verdict in words.
import type { Subject } from '../../contract/records.ts'
import type { Verdict, VerdictKind } from '../../contract/service.ts'
import { percent, points } from '../../contract/numbers.ts'
import { needsNoModel, subjectWords } from '../../contract/words/subjects.ts'
import { bootstrap, type Interval, LEVEL, percentiles, RESAMPLES } from '../bootstrap.ts'
import { createRandom } from '../random.ts'
import { mean } from '../statistics.ts'

/** Two answers to the same row: right or not. */
export interface Pair {
  readonly tuned: boolean
  readonly other: boolean
}

/**
 * 95 % percentile interval of the accuracy difference tuned - other, resampling rows with their pair of answers
 * (Efron & Tibshirani 1993, chapter 13; paired as in Koehn 2004). Only the numbers of gained and lost rows of a resample
 * matter, and they are drawn from their binomial distributions: thousands of rows cost no more than a few. Seeded: the
 * same answers give the same interval.
 */
export function pairedBootstrap(pairs: readonly Pair[], seed = 0): Interval {
  const rows = pairs.length
  const { gained, lost } = changesOf(pairs)
  const changed = gained + lost
  if (changed === 0) return { low: 0, high: 0 }
  const random = createRandom(seed)
  const drawChanged = binomial(rows, changed / rows)
  const drawGained = new Map<number, Draw>()
  const differences = new Float64Array(RESAMPLES)
  for (let sample = 0; sample < RESAMPLES; sample++) {
    const some = drawChanged(random.next())
    const draw = drawGained.get(some) ?? binomial(some, gained / changed)
    drawGained.set(some, draw)
    differences[sample] = (2 * draw(random.next()) - some) / rows
  }
  return percentiles(differences)
}

/** A draw by inverse transform sampling; `uniform` in [0, 1). */
type Draw = (uniform: number) => number

/** Binomial(n, p) by inverse transform sampling; weights are computed outwards from the mode. */
function binomial(n: number, p: number): Draw {
  if (p <= 0 || p >= 1 || n === 0) return () => (p >= 1 ? n : 0)
  const mode = Math.min(n, Math.floor((n + 1) * p))
  const odds = p / (1 - p)
  const [below, above]: [number[], number[]] = [[], []]
  for (let k = mode, weight = 1; k > 0 && weight > NEGLIGIBLE; k--) below.push((weight *= k / (n - k + 1) / odds))
  for (let k = mode, weight = 1; k < n && weight > NEGLIGIBLE; k++) above.push((weight *= ((n - k) / (k + 1)) * odds))
  let sum = 0
  const cumulative = [...below.reverse(), 1, ...above].map((weight) => (sum += weight))
  const first = mode - below.length
  return (uniform) => first + firstAtLeast(cumulative, uniform * sum)
}

const NEGLIGIBLE = 1e-17

/** Index of the first element that is at least `value`, by binary search. */
function firstAtLeast(ascending: readonly number[], value: number): number {
  let [low, high] = [0, ascending.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((ascending[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** Rows that only the tuned prompt answers rightly, and rows that only the other does. */
function changesOf(pairs: readonly Pair[]): { readonly gained: number; readonly lost: number } {
  const gained = pairs.filter(({ tuned, other }) => tuned && !other).length
  const lost = pairs.filter(({ tuned, other }) => !tuned && other).length
  return { gained, lost }
}

/**
 * p-value of the exact two-sided McNemar test; 1 where no row differs. Not the mid-p variant, whose error rate may exceed
 * its level.
 */
export function mcNemar(pairs: readonly Pair[]): number {
  const { gained, lost } = changesOf(pairs)
  return mcNemarOf(gained, lost)
}

/** The same from the numbers of rows that only the tuned prompt, and that only the other answers rightly. */
export function mcNemarOf(gained: number, lost: number): number {
  const changed = gained + lost
  let [logTerm, tail] = [-changed * Math.LN2, 0]
  for (let k = 0; k <= Math.min(gained, lost); k++) {
    tail += Math.exp(logTerm)
    logTerm += Math.log(changed - k) - Math.log(k + 1)
  }
  return Math.min(1, 2 * tail)
}

/** Two answers to the same row by their grades, 0 to 1. */
export interface GradedPair {
  readonly tuned: number
  readonly other: number
}

/**
 * The verdict on tuned minus other: better or worse only where the 95 % interval excludes 0 and, where every answer is
 * either right or wrong, McNemar's test rejects at 5 %.
 */
export function verdictOf(graded: readonly GradedPair[], rival: Subject = 'no prompt'): Verdict {
  const [tuned, other] = [mean(graded.map((pair) => pair.tuned)), mean(graded.map((pair) => pair.other))]
  const difference = tuned - other
  const pairs = asPairs(graded)
  const { low, high } = pairs ? pairedBootstrap(pairs) : gradedBootstrap(graded)
  const isSignificant = pairs ? mcNemar(pairs) < 1 - LEVEL : true
  const kind: VerdictKind = isSignificant && low > 0 ? 'better' : isSignificant && high < 0 ? 'worse' : 'cannot tell'
  const figures = { rival, rows: graded.length, tuned, other, difference, low, high }
  return { kind, ...figures, sentence: sentenceOf(kind, figures, rowsNeeded(graded)) }
}

/** The pairs as right or wrong; undefined where some grade lies between. */
function asPairs(graded: readonly GradedPair[]): Pair[] | undefined {
  const isPlain = (grade: number): boolean => grade === 0 || grade === 1
  if (!graded.every(({ tuned, other }) => isPlain(tuned) && isPlain(other))) return undefined
  return graded.map(({ tuned, other }) => ({ tuned: tuned === 1, other: other === 1 }))
}

/** As `pairedBootstrap`, for grades between right and wrong: rows are drawn one by one. */
export function gradedBootstrap(pairs: readonly GradedPair[], seed = 0): Interval {
  const differences = Float64Array.from(pairs, ({ tuned, other }) => tuned - other)
  const meanOf = (drawn: Uint32Array): number => {
    let sum = 0
    for (const row of drawn) sum += differences[row] ?? 0
    return sum / Math.max(1, differences.length)
  }
  return bootstrap(pairs.length, meanOf, { seed })
}

const verdicts: Readonly<Record<VerdictKind, string>> = {
  better: 'Better',
  worse: 'Worse',
  'cannot tell': 'Cannot tell yet',
}

/**
 * What a person should know beside a verdict: that words alone do as well. Undefined where the tuned prompt is better
 * than a word count. `verdict`: on the tuned prompt against the word count.
 */
export function wordsAlone({ kind, other, rows }: Verdict): string | undefined {
  if (kind === 'better') return undefined
  const how = kind === 'worse' ? 'does better' : `does as well, as far as ${rows} test rows can tell`
  return `A word count ${how} (${percent(other)}): ${needsNoModel}.`
}

/** How the sentence names the rival; another run's prompt has no name in it. */
const rivalWords = (rival: Subject): string => (rival === 'tuned prompt' ? '' : ` ${subjectWords[rival].how}`)

function sentenceOf(
  kind: VerdictKind,
  { rival, rows, tuned, other, difference, low, high }: Omit<Verdict, 'kind' | 'sentence'>,
  moreRows: number | undefined,
): string {
  const figures =
    `${percent(tuned)} against ${percent(other)}${rivalWords(rival)}, ${points(difference)} points ` +
    `(95 % interval ${points(low)} to ${points(high)}, ${rows} rows)`
  const needed = kind === 'cannot tell' ? moreRows : undefined
  const more =
    needed === undefined
      ? ''
      : needed > 20 * rows
        ? ' If there is a difference, it is too small to matter at this number of rows.'
        : ` About ${needed} more test rows like these would be enough to tell.`
  return `${verdicts[kind]}: ${figures}.${more}`
}

/** Standard normal quantiles for a two-sided 95 % level and for 80 % power. */
const LEVEL_QUANTILE = 1.959964
const POWER_QUANTILE = 0.841621

/**
 * Further rows with which a test would detect a difference of this size with 80 % power: McNemar's where answers are right
 * or wrong (Connor 1987), else the paired test on means, of which it is a special case. Undefined for a difference of 0.
 */
function rowsNeeded(pairs: readonly GradedPair[]): number | undefined {
  const differences = pairs.map(({ tuned, other }) => tuned - other)
  const difference = mean(differences)
  if (difference === 0) return undefined
  const square = mean(differences.map((each) => each ** 2))
  return Math.max(1, rowsToShow(difference, square) - pairs.length)
}

/**
 * Rows that show a mean difference with 80 % power at 5 %, where its squares have the mean `square`: of right and wrong
 * answers, the share of rows that change at all (Connor 1987).
 */
export const rowsToShow = (difference: number, square: number): number =>
  Math.ceil(
    (LEVEL_QUANTILE * Math.sqrt(square) + POWER_QUANTILE * Math.sqrt(square - difference ** 2)) ** 2 / difference ** 2,
  )
