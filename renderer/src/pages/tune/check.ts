// What a run's validations say in numbers of rows.
import { headlineOf, type Measured } from '../../../../main/contract/metrics.ts'
import type { ValidationRecord } from '../../../../main/contract/records.ts'

export interface Check {
  readonly step: number
  readonly right: number
}

export interface Checks {
  readonly rows: number
  readonly first: Check
  readonly last: Check
  /** The validation whose prompt is kept: that with the lowest loss. */
  readonly kept: Check
  /** Rows that the model alone has right; undefined where that was not measured. */
  readonly alone: number | undefined
}

/** Undefined before the first validation. */
export function checksOf(
  validations: readonly ValidationRecord[],
  rows: number,
  untuned: Measured | undefined,
): Checks | undefined {
  const [first] = validations
  const last = validations.at(-1)
  if (!first || !last || rows === 0) return undefined
  const right = (measured: Measured): number => Math.round(headlineOf(measured) * rows)
  const check = (validation: ValidationRecord): Check => ({ step: validation.step, right: right(validation) })
  const kept = validations.findLast(({ best }) => best) ?? first
  return {
    ...{ rows, first: check(first), last: check(last), kept: check(kept) },
    alone: untuned && right(untuned),
  }
}
