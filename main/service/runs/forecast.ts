// Predicts time and memory of a whole run from a few real steps of it.
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { Preflight } from '../../contract/service.ts'
import { type Planned, type Rates, ratesFrom, totalOf, unitsOf } from './parts.ts'

/** A run is predicted as a range, since rows differ in length and other programs compete with it: factors of the estimate. */
const QUICKEST = 0.8
const SLOWEST = 1.2

export type Forecast = Omit<Preflight, 'plan' | 'trials' | 'refused' | 'chosen' | 'hardware' | 'because'>

export function forecast(plan: Planned, measured: MeasuredSteps, available: number): Forecast {
  const { steps, precompute, memory } = measured
  // Of some texts an earlier run may have stored the keys and values.
  const texts = precompute / Math.max(1, unitsOf(plan).texts)
  const seconds = secondsOf(plan, { ...ratesFrom(measured, plan), texts })
  const fits = memory <= available
  return { seconds, memory, available, fits, advice: adviceOf(fits, seconds[1] / SLOWEST), steps }
}

/** Shortest and longest time of the whole run. */
export function secondsOf(plan: Planned, rates: Rates): readonly [number, number] {
  const total = totalOf(unitsOf(plan), rates) / 1000
  return [QUICKEST * total, SLOWEST * total]
}

/** Seconds from which a run counts as long, and comes with advice: an hour. */
const LONG = 3600

function adviceOf(fits: boolean, seconds: number): string {
  if (!fits)
    return 'This needs more memory than this computer has free. Close other programs, or choose a smaller batch, fewer virtual tokens or a smaller base model.'
  if (seconds > LONG)
    return 'This takes a while. “Quick” takes 40 % of the steps, and if you stop early, what was learned is kept.'
  return 'It fits in memory. You can keep working while it runs.'
}
