// From when on a prompt answers alone: the threshold that validation rows give, and what test rows say of it.
import type { AnsweredAlone, Choice, CoveragePoint } from '../../contract/calibration.ts'
import { LEVEL } from '../bootstrap.ts'
import { isBounded, upperBound } from './exact-share.ts'
import type { Judged } from './scores.ts'

/** Of each threshold that parts some rows: how many are answered alone, and how many of these wrongly; the fewest first. */
export function coverageOf(rows: readonly Judged[]): CoveragePoint[] {
  const points: CoveragePoint[] = []
  let wrong = 0
  for (const [i, { confidence, right }] of rows.toSorted((a, b) => b.confidence - a.confidence).entries()) {
    wrong += Number(!right)
    // Rows that are equally sure are answered together, or not at all.
    if (points.at(-1)?.confidence === confidence) points.pop()
    points.push({ confidence, answered: i + 1, wrong })
  }
  return points
}

/**
 * How many of so many test rows are answered alone, and how many of these wrongly, if they turn out as the validation rows
 * have. Nothing is known of the test rows but their number.
 */
function expected({ answered, wrong }: CoveragePoint, rows: number, testRows: number): readonly [number, number] {
  const alone = (answered / rows) * testRows
  return [(wrong / answered) * alone, alone]
}

const rowsOf = (curve: readonly CoveragePoint[]): number => curve.at(-1)?.answered ?? 0

/**
 * The point that answers most among those whose expected bound, at a level, is at most `limit`; undefined where none is so
 * sure.
 */
export const thresholdFor = (
  limit: number,
  curve: readonly CoveragePoint[],
  testRows: number,
  level = LEVEL,
): CoveragePoint | undefined =>
  curve.findLast((point) => isBounded(limit, ...expected(point, rowsOf(curve), testRows), level))

/** The smallest limit that has a threshold, were it the only one; 1 without rows. */
export const smallestLimit = (curve: readonly CoveragePoint[], testRows: number): number =>
  curve.reduce((least, point) => Math.min(least, upperBound(...expected(point, rowsOf(curve), testRows))), 1)

/** What a threshold does with rows; Infinity answers none. */
export function answeredAlone(rows: readonly Judged[], threshold: number): AnsweredAlone {
  const own = rows.filter(({ confidence }) => confidence >= threshold)
  return { rows: rows.length, answered: own.length, wrong: own.filter(({ right }) => !right).length }
}

/** The level of each of several bounds on the same test rows that makes all of them hold together in 95 % of samples (Bonferroni). */
export const levelOf = (bounds: number): number => 1 - (1 - LEVEL) / Math.max(1, bounds)

/** The limits that may be offered. */
const LIMITS = [0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5]

/** Limits that can be chosen, each of which answers more than the one before, and the level of each one's bound. */
export interface Offer {
  readonly choices: readonly Choice[]
  readonly level: number
}

/**
 * What is offered, known from the validation rows and the number of test rows alone. Who sees the bounds of all limits before
 * choosing one has looked at as many bounds as there are limits: each is chosen and tested at the level at which all hold
 * together. As the level takes limits away, it is the one that leaves most of them.
 */
export function offerOf(curve: readonly CoveragePoint[], testRows: number): Offer {
  let offer: Offer = { choices: [], level: LEVEL }
  for (let bounds = 1; bounds <= LIMITS.length; bounds++) {
    const level = levelOf(bounds)
    const choices = choicesAt(level, curve, testRows).slice(0, bounds)
    if (choices.length <= offer.choices.length) break
    offer = { choices, level }
  }
  return offer
}

function choicesAt(level: number, curve: readonly CoveragePoint[], testRows: number): Choice[] {
  const choices: Choice[] = []
  for (const limit of LIMITS) {
    const point = thresholdFor(limit, curve, testRows, level)
    if (point && point.answered > (choices.at(-1)?.answered ?? 0)) choices.push({ limit, ...point })
  }
  return choices
}
