// Methods calibrations.*: how far the probabilities of a run's prompt can be trusted, and from when on it answers alone.
import * as v from 'valibot'
import type { CalibrationDetails } from '../calibration.ts'
import { between, run } from './fields.ts'

export const calibrationInputs = {
  /** What is measured, or why nothing is. */
  'calibrations.show': v.strictObject({ run }),
  /** Lets a prompt that nobody has calibrated answer its validation set, and calibrates it. */
  'calibrations.measure': v.strictObject({ run }),
  /**
   * Sets the prompt's threshold: at most this share of the answers that it gives alone may be wrong, rounded down to a limit
   * on offer. Null = it always answers alone.
   */
  'calibrations.limit': v.strictObject({ run, limit: v.nullable(between(0.0001, 0.9999)) }),
} as const

/**
 * Why a run shows no calibration: it has no prompt that was tested; it has no validation set to calibrate one on; or nobody has
 * calibrated it, which `calibrations.measure` does.
 */
export interface NotCalibrated {
  readonly missing: 'evaluation' | 'validation set' | 'calibration'
}

export interface CalibrationOutputs {
  readonly 'calibrations.show': CalibrationDetails | NotCalibrated
  readonly 'calibrations.measure': CalibrationDetails
  readonly 'calibrations.limit': CalibrationDetails
}
