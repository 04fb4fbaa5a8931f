// Power of a verdict before there are answers: which differences a number of test rows can show.
import type { Power } from '../../contract/power.ts'
import { mcNemarOf, rowsToShow } from './significance.ts'

/** Error rate of the verdict's test, and the power to ask for. */
const LEVEL = 0.05
const POWER = 0.8

/**
 * Share of rows that tuning is taken to break. The power depends on how many rows change at all: at least those of the
 * difference itself, and many more where both sides' errors have nothing to do with each other (Connor 1987). Before there
 * are answers nobody knows; this is between the two.
 */
const BROKEN = 0.05

/** The difference for which the number of rows is named. */
const ASKED = 0.1

/** Differences are whole percentage points. */
const POINTS = 100

/**
 * Probability that the exact two-sided McNemar test, by which a verdict tells better from worse, finds a difference of
 * `difference` (0 to 1) on so many rows: its exact unconditional power (Duffy 1984), over all numbers of changed rows. Rows
 * that tuning breaks are `BROKEN`, or what is left beside the difference.
 */
export function powerOf(rows: number, difference: number): number {
  const lost = Math.max(0, Math.min(BROKEN, (1 - difference) / 2))
  const changed = difference + 2 * lost
  const gained = (difference + lost) / changed
  const logs = logFactorials(rows)
  let power = 0
  for (let some = 0; some <= rows; some++) {
    const chance = binomial(logs, rows, some, changed)
    if (chance < 1e-12) continue
    for (let won = leastGained(some); won <= some; won++) power += chance * binomial(logs, some, won, gained)
  }
  return power
}

/** What so many test rows can show. */
export const powerWith = (rows: number): Power => ({
  rows,
  smallest: smallestShown(rows),
  needed: rowsNeeded(),
  asked: ASKED,
})

const known = new Map<number, number | undefined>()

/** The smallest difference, in whole points, that so many rows show; undefined where they show none. */
function smallestShown(rows: number): number | undefined {
  if (!known.has(rows)) known.set(rows, search(rows))
  return known.get(rows)
}

function search(rows: number): number | undefined {
  if (powerOf(rows, 1) < POWER) return undefined
  let [low, high] = [0, POINTS]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (powerOf(rows, middle / POINTS) < POWER) low = middle
    else high = middle
  }
  return high / POINTS
}

let needed: number | undefined

/** Rows that show the asked difference: Connor's formula, and as many more as the exact test takes. */
function rowsNeeded(): number {
  if (needed !== undefined) return needed
  let rows = rowsToShow(ASKED, ASKED + 2 * BROKEN)
  while (powerOf(rows, ASKED) < POWER) rows++
  return (needed = rows)
}

const least: number[] = []

/** Rows that must be gained among so many changed ones, for the test to find tuning better; more than all where none suffice. */
function leastGained(changed: number): number {
  const found = least[changed]
  if (found !== undefined) return found
  let won = Math.ceil(changed / 2)
  while (won <= changed && mcNemarOf(won, changed - won) >= LEVEL) won++
  return (least[changed] = won)
}

/** ln n! for 0 to `count`. */
function logFactorials(count: number): Float64Array {
  const logs = new Float64Array(count + 1)
  for (let n = 1; n <= count; n++) logs[n] = (logs[n - 1] ?? 0) + Math.log(n)
  return logs
}

/** Probability of `k` of `n`, each with probability `p`. */
function binomial(logs: Float64Array, n: number, k: number, p: number): number {
  if (p >= 1) return Number(k === n)
  const ways = (logs[n] ?? 0) - (logs[k] ?? 0) - (logs[n - k] ?? 0)
  return Math.exp(ways + k * Math.log(p) + (n - k) * Math.log(1 - p))
}
