// From when on a prompt answers alone: the threshold that validation rows give, and what test rows say of it.
import type { AnsweredAlone, CoveragePoint } from '../../contract/calibration.ts'
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

/** The point that answers most among those whose expected bound is at most `limit`; undefined where none is so sure. */
export const thresholdFor = (
  limit: number,
  curve: readonly CoveragePoint[],
  testRows: number,
): CoveragePoint | undefined => curve.findLast((point) => isBounded(limit, ...expected(point, rowsOf(curve), testRows)))

/** The smallest limit that has a threshold; 1 without rows. */
export const smallestLimit = (curve: readonly CoveragePoint[], testRows: number): number =>
  curve.reduce((least, point) => Math.min(least, upperBound(...expected(point, rowsOf(curve), testRows))), 1)

/** What a threshold does with rows; Infinity answers none. */
export function answeredAlone(rows: readonly Judged[], threshold: number): AnsweredAlone {
  const own = rows.filter(({ confidence }) => confidence >= threshold)
  return { rows: rows.length, answered: own.length, wrong: own.filter(({ right }) => !right).length }
}

/**
 * The level of each of several bounds on the same test rows that makes all of them hold together in 95 % of samples
 * (Bonferroni): who tries one limit after another and keeps the best would else promise too much.
 */
export const levelOf = (tries: number): number => 1 - (1 - LEVEL) / Math.max(1, tries)
