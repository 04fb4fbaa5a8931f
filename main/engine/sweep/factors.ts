// Which setting mattered: its values compared in pairs of runs that differ in nothing else.
import type { Factor, SweptName, Varied } from '../../contract/methods/sweeps.ts'
import { points } from '../../contract/numbers.ts'
import { mean } from '../statistics.ts'
import type { Values } from './configurations.ts'
import { settingWords } from '../../contract/words/settings.ts'
import { studentQuantile } from './student.ts'

/** A run's result, 0 to 1. */
export interface Result {
  readonly values: Values
  readonly seed: number
  /** By the headline metric. */
  readonly figure: number
  /** The same of each row that it was evaluated on, 0 to 1, the same rows in the same order for all; undefined where they are not stored. */
  readonly grades?: readonly number[]
}

interface Pair {
  readonly one: Result
  readonly other: Result
}

const LEVEL = 0.95

/**
 * For each setting, its best value against its worst. The interval has two sources: how pairs differ (Student's t for
 * their mean), and that all of them were evaluated on the same few rows, which no number of pairs makes up for. With more
 * than two values it is widened to hold for whichever two are best and worst (Bonferroni). `rows`: how many rows every
 * result was evaluated on.
 */
export const factorsOf = (varied: readonly Varied[], results: readonly Result[], rows: number): Factor[] =>
  varied.map((each) => factorOf(each, results, rows))

function factorOf({ setting, values: tried }: Varied, results: readonly Result[], rows: number): Factor {
  const values = tried
    .map((value) => {
      const own = results.filter((result) => result.values[setting] === value)
      return { value, mean: mean(own.map(({ figure }) => figure)), runs: own.length }
    })
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => b.mean - a.mean)
  const [best, worst] = [values[0], values.at(-1)]
  if (!best || !worst || best === worst)
    return withSentence({ setting, values, difference: NaN, low: NaN, high: NaN, pairs: 0, matters: 'cannot tell' })
  const found = pairsOf(setting, best.value, worst.value, results)
  const differences = found.map(({ one, other }) => one.figure - other.figure)
  const pairs = differences.length
  const difference = pairs > 0 ? mean(differences) : NaN
  const variance = differences.reduce((sum, each) => sum + (each - difference) ** 2, 0) / (pairs - 1)
  const pairsOfValues = (tried.length * (tried.length - 1)) / 2
  const level = 1 - (1 - LEVEL) / pairsOfValues
  const half = Math.hypot(
    studentQuantile(level, pairs - 1) * Math.sqrt(variance / pairs),
    studentQuantile(level, rows - 1) * Math.sqrt(rowVariance(found, rows)),
  )
  const [low, high] = [difference - half, difference + half]
  return withSentence({ setting, values, difference, low, high, pairs, matters: low > 0 ? 'yes' : 'cannot tell' })
}

/**
 * Variance of the mean difference due to the choice of rows: from the rows' own mean differences where each row's grade is
 * known, else as if the two had been evaluated on different rows, which overestimates it.
 */
function rowVariance(pairs: readonly Pair[], rows: number): number {
  const share = (of: keyof Pair): number => mean(pairs.map((pair) => pair[of].figure))
  const graded = pairs.flatMap(({ one, other }) =>
    one.grades && other.grades ? [{ one: one.grades, other: other.grades }] : [],
  )
  if (graded.length < pairs.length)
    return (['one', 'other'] as const).reduce((sum, of) => sum + (share(of) * (1 - share(of))) / rows, 0)
  const differences = Array.from({ length: rows }, (_, row) =>
    mean(graded.map(({ one, other }) => (one[row] ?? 0) - (other[row] ?? 0))),
  )
  const middle = mean(differences)
  return differences.reduce((sum, each) => sum + (each - middle) ** 2, 0) / (rows - 1) / rows
}

/** Pairs of runs that differ in this setting alone. */
function pairsOf(setting: SweptName, one: string | number, other: string | number, results: readonly Result[]): Pair[] {
  const restOf = ({ values, seed }: Result): string => JSON.stringify([{ ...values, [setting]: null }, seed])
  const others = new Map(
    results.filter(({ values }) => values[setting] === other).map((result) => [restOf(result), result]),
  )
  return results
    .filter(({ values }) => values[setting] === one)
    .flatMap((result) => {
      const match = others.get(restOf(result))
      return match ? [{ one: result, other: match }] : []
    })
}

function withSentence(factor: Omit<Factor, 'sentence'>): Factor {
  const { setting, values, difference, low, high, pairs, matters } = factor
  const [best, worst] = [values[0], values.at(-1)]
  const name = settingWords(setting).name
  if (!best || !worst || best === worst || pairs === 0)
    return { ...factor, sentence: `${name}: nothing to compare yet.` }
  const gain = `${quoted(best.value)} over ${quoted(worst.value)}, ${points(difference)} points`
  const counted = `${String(pairs)} ${pairs === 1 ? 'pair' : 'pairs'} of runs that differ in nothing else`
  if (pairs < 2)
    return { ...factor, sentence: `${name}: cannot tell. ${gain}, but from one pair of runs; more seeds would tell.` }
  const interval = `95 % interval ${points(low)} to ${points(high)}, ${counted}`
  return {
    ...factor,
    sentence:
      matters === 'yes' ? `${name} mattered: ${gain} (${interval}).` : `${name}: cannot tell. ${gain} (${interval}).`,
  }
}

const quoted = (value: string | number): string => (typeof value === 'number' ? String(value) : `“${value}”`)
