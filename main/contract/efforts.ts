// How long a run tries, for people who do not want to know about steps.
import type { TuneSettings } from './settings.ts'

export type Effort = 'quick' | 'balanced' | 'thorough'

/** Steps relative to what was measured to be enough for the method, and how patient the early stop is. */
export const efforts: Readonly<
  Record<Effort, { readonly steps: number } & Pick<TuneSettings, 'validateEvery' | 'patience'>>
> = {
  quick: { steps: 0.4, validateEvery: 20, patience: 0 },
  balanced: { steps: 1, validateEvery: 25, patience: 0 },
  thorough: { steps: 2.5, validateEvery: 25, patience: 6 },
}

/** The settings of an effort, given the steps that the method takes by default. */
export function effortSettings(
  effort: Effort,
  defaultSteps: number,
): Pick<TuneSettings, 'steps' | 'validateEvery' | 'patience'> {
  const { steps, ...rest } = efforts[effort]
  return { steps: Math.max(1, Math.round(steps * defaultSteps)), ...rest }
}
