// The shape of a run's loss and gradient: means over its ends, so that one batch's luck decides nothing.
import type { StepMetrics } from '../../contract/compute.ts'

/** Fewer steps have no shape. */
export const fewestSteps = 10

export interface Curve {
  /** Mean training loss of the first and of the last tenth. */
  readonly start: number
  readonly end: number
  /** Median gradient norm of the first and of the last quarter. */
  readonly startNorm: number
  readonly endNorm: number
}

/** Undefined where there are fewer than ten steps. */
export function curveOf(steps: readonly StepMetrics[]): Curve | undefined {
  if (steps.length < fewestSteps) return undefined
  const tenth = Math.max(3, Math.ceil(steps.length / 10))
  const quarter = Math.ceil(steps.length / 4)
  const norms = (some: readonly StepMetrics[]): number => median(some.map(({ gradientNorm }) => gradientNorm))
  return {
    start: lossOf(steps.slice(0, tenth)),
    end: lossOf(steps.slice(-tenth)),
    startNorm: norms(steps.slice(0, quarter)),
    endNorm: norms(steps.slice(-quarter)),
  }
}

/** Mean training loss of the steps up to this one, as many as tell. */
export function lossAround(steps: readonly StepMetrics[], step: number): number {
  const upTo = steps.filter((each) => each.step <= step)
  return lossOf(upTo.slice(-Math.max(3, Math.ceil(steps.length / 10))))
}

const lossOf = (steps: readonly StepMetrics[]): number =>
  steps.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, steps.length)

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0
