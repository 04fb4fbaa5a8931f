// The shape of a run's losses and gradients. One batch's loss is noisy: where there are validations, which all use the same rows, they count.
import type { StepMetrics } from '../../contract/compute.ts'
import { median } from '../statistics.ts'
import type { Evidence } from './rule.ts'

/** Fewer steps have no shape. */
const minSteps = 10

export interface Curve {
  readonly of: 'validation' | 'training'
  /** The loss at first, half-way (undefined where it is not known) and at last. */
  readonly start: number
  readonly middle: number | undefined
  readonly end: number
  /** Median gradient norm of the first and of the last quarter. */
  readonly startNorm: number
  readonly endNorm: number
}

/** Undefined where there are fewer than ten steps. */
export function curveOf({ steps, validations, run, rows }: Evidence): Curve | undefined {
  const last = steps.at(-1)?.step ?? 0
  if (steps.length < minSteps) return undefined
  const quarter = Math.ceil(steps.length / 4)
  const norms = (some: readonly StepMetrics[]): number => median(some.map(({ gradientNorm }) => gradientNorm))
  const gradients = { startNorm: norms(steps.slice(0, quarter)), endNorm: norms(steps.slice(-quarter)) }
  const [first, final] = [validations[0], validations.at(-1)]
  const half = validations.findLast(({ step }) => step > 0 && step <= last / 2)
  // Validations must begin before the first step, reach near the end, and include one half-way.
  if (first?.step === 0 && final && half && final.step >= 0.75 * last)
    return { of: 'validation', start: first.loss, middle: half.loss, end: final.loss, ...gradients }
  const window = windowOf(steps, rows.train / run.settings.batch)
  const [start, end] = [lossOf(steps.slice(0, window)), lossOf(steps.slice(-window))]
  const middle = steps.length >= 3 * window ? lossUpTo(steps, last / 2, window) : undefined
  return { of: 'training', start, middle, end, ...gradients }
}

/** Mean training loss of the steps up to this one: of one pass over the rows, where the run is long enough. */
export const trainingLossAt = ({ steps, run, rows }: Evidence, step: number): number =>
  lossUpTo(steps, step, windowOf(steps, rows.train / run.settings.batch))

const windowOf = ({ length }: readonly StepMetrics[], pass: number): number =>
  Math.min(Math.max(3, Math.ceil(length / 10), Math.ceil(pass)), Math.max(3, Math.floor(length / 4)))

const lossUpTo = (steps: readonly StepMetrics[], step: number, window: number): number =>
  lossOf(steps.filter((each) => each.step <= step).slice(-window))

const lossOf = (steps: readonly StepMetrics[]): number =>
  steps.reduce((sum, { loss }) => sum + loss, 0) / Math.max(1, steps.length)

/** Milliseconds of a usual step. */
export const medianStep = (steps: readonly StepMetrics[]): number =>
  median(steps.map(({ milliseconds }) => milliseconds))
