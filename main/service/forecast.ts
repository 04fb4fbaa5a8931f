// What a whole run will take, from a few real steps of it.
import { freemem, totalmem } from 'node:os'
import type { MeasuredSteps } from '../contract/compute.ts'
import type { Preflight, RunPlan } from '../contract/service.ts'

/** Other programs come and go beside a run: its end is told as a range. */
const QUICKEST = 0.85
const SLOWEST = 1.4
/** Scoring a row that was not read before takes about as long as reading it and asking: twice, with and without a prompt. */
const SCORINGS = 2

/** Bytes for a run: what is free now, or most of it all, since other programs' memory makes way to a part. */
export const availableMemory = (): number => Math.max(freemem(), 0.7 * totalmem())

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

export type Forecast = Omit<Preflight, 'plan' | 'trials' | 'chosen' | 'because'>

export function forecast(plan: RunPlan, measured: MeasuredSteps, available: number): Forecast {
  const { settings, rows } = plan
  const { steps, longest, start, reading, scoreRow, memory } = measured
  // The first step of each kind opens a session: that happens once a run, not once a step.
  const slow = Math.max(...steps.slice(1, longest), 0)
  const usual = median(steps.slice(longest + 1))
  const validations = 2 + (settings.validateEvery > 0 ? Math.floor(settings.steps / settings.validateEvery) : 0)
  const texts = rows.train + rows.validation
  const readRow = texts > 0 ? reading / texts : 0
  const around = start + reading + validations * rows.validation * scoreRow
  const judging = SCORINGS * rows.heldOut * (readRow + scoreRow)
  const total = (step: number): number => (around + judging + settings.steps * step) / 1000
  const fits = memory <= available
  return {
    seconds: [QUICKEST * total(Math.min(usual, slow) || usual), SLOWEST * total(Math.max(usual, slow))],
    memory,
    available,
    fits,
    advice: adviceOf(fits, total(usual)),
    steps,
  }
}

/** An hour: longer runs deserve a word. */
const LONG = 3600

function adviceOf(fits: boolean, seconds: number): string {
  if (!fits)
    return 'This needs more memory than this computer has free. Close other programs, choose a smaller batch or fewer virtual tokens, or a smaller base model.'
  if (seconds > LONG)
    return 'This takes a while. “Quick” takes two fifths of the steps; the studio keeps what it has learned if you stop early.'
  return 'It fits. You can go on working while it runs.'
}
