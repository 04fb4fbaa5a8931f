// Which setting mattered: its values compared in pairs of runs that differ in nothing else.
import type { Factor, SweptName, Varied } from '../../contract/methods/sweeps.ts'
import { mean } from '../task/task.ts'
import type { Values } from './configurations.ts'
import { settingNames } from './setting-names.ts'
import { studentQuantile } from './student.ts'

/** A run's result, 0 to 1. */
export interface Result {
  readonly values: Values
  readonly seed: number
  readonly accuracy: number
}

const LEVEL = 0.95

/**
 * Of each setting the value that did best against the one that did worst. The interval is Student's for the mean over
 * pairs; with more than two values it is widened so that it holds for whichever two turn out to be those (Bonferroni).
 */
export const factorsOf = (varied: readonly Varied[], results: readonly Result[]): Factor[] =>
  varied.map((each) => factorOf(each, results))

function factorOf({ setting, values: tried }: Varied, results: readonly Result[]): Factor {
  const values = tried
    .map((value) => {
      const own = results.filter((result) => result.values[setting] === value)
      return { value, mean: mean(own.map(({ accuracy }) => accuracy)), runs: own.length }
    })
    .filter(({ runs }) => runs > 0)
    .sort((a, b) => b.mean - a.mean)
  const [best, worst] = [values[0], values.at(-1)]
  if (!best || !worst || best === worst)
    return told({ setting, values, difference: NaN, low: NaN, high: NaN, pairs: 0, matters: 'cannot tell' })
  const differences = pairsOf(setting, best.value, worst.value, results)
  const pairs = differences.length
  const difference = pairs > 0 ? mean(differences) : NaN
  const variance = differences.reduce((sum, each) => sum + (each - difference) ** 2, 0) / (pairs - 1)
  const choices = (tried.length * (tried.length - 1)) / 2
  const half = studentQuantile(1 - (1 - LEVEL) / choices, pairs - 1) * Math.sqrt(variance / pairs)
  const [low, high] = [difference - half, difference + half]
  return told({ setting, values, difference, low, high, pairs, matters: low > 0 ? 'yes' : 'cannot tell' })
}

/** Accuracy with one value minus accuracy with the other, of runs that are otherwise alike. */
function pairsOf(
  setting: SweptName,
  one: string | number,
  other: string | number,
  results: readonly Result[],
): number[] {
  const restOf = ({ values, seed }: Result): string => JSON.stringify([{ ...values, [setting]: null }, seed])
  const others = new Map(
    results.filter(({ values }) => values[setting] === other).map((result) => [restOf(result), result]),
  )
  return results
    .filter(({ values }) => values[setting] === one)
    .flatMap((result) => {
      const match = others.get(restOf(result))
      return match ? [result.accuracy - match.accuracy] : []
    })
}

const points = (share: number): string => `${share < 0 ? '−' : '+'}${Math.abs(100 * share).toFixed(0)}`

function told(factor: Omit<Factor, 'sentence'>): Factor {
  const { setting, values, difference, low, high, pairs, matters } = factor
  const [best, worst] = [values[0], values.at(-1)]
  const name = settingNames[setting]
  if (!best || !worst || best === worst || pairs === 0)
    return { ...factor, sentence: `${name}: nothing to compare yet.` }
  const gain = `${quoted(best.value)} over ${quoted(worst.value)}, ${points(difference)} points`
  const counted = `${String(pairs)} ${pairs === 1 ? 'pair' : 'pairs'} of runs that differ in nothing else`
  if (pairs < 2)
    return { ...factor, sentence: `${name}: cannot tell. ${gain}, but of one pair of runs; more seeds would tell.` }
  const interval = `95 % interval ${points(low)} to ${points(high)}, ${counted}`
  return {
    ...factor,
    sentence:
      matters === 'yes' ? `${name} mattered: ${gain} (${interval}).` : `${name}: cannot tell. ${gain} (${interval}).`,
  }
}

const quoted = (value: string | number): string => (typeof value === 'number' ? String(value) : `“${value}”`)
