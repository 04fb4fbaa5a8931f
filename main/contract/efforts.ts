// Presets of a run's length, for people who do not want to choose steps.
import type { TuneSettings } from './settings.ts'

export type Effort = 'quick' | 'balanced' | 'thorough'

interface EffortScale {
  /** Factor of the default steps, which were measured to suffice for the method. */
  readonly steps: number
  /** Steps without a better validation before the run stops early; 0 = never. */
  readonly patientSteps: number
}

export const efforts: Readonly<Record<Effort, EffortScale>> = {
  quick: { steps: 0.4, patientSteps: 0 },
  balanced: { steps: 1, patientSteps: 0 },
  thorough: { steps: 2.5, patientSteps: 150 },
}

/** The settings of an effort, given the defaults of the method and the data. */
export function effortSettings(
  effort: Effort,
  usual: Pick<TuneSettings, 'steps' | 'validateEvery'>,
): Pick<TuneSettings, 'steps' | 'patience'> {
  const { steps, patientSteps } = efforts[effort]
  return {
    steps: Math.max(1, Math.round(steps * usual.steps)),
    patience: Math.ceil(patientSteps / Math.max(1, usual.validateEvery)),
  }
}
