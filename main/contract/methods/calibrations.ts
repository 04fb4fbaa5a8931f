// Methods calibrations.*: how far the probabilities of a run's prompt can be trusted, and from when on it answers alone.
import * as v from 'valibot'
import type { CalibrationDetails } from '../calibration.ts'
import { between, run } from './fields.ts'

export const calibrationInputs = {
  /** Null where the prompt was not calibrated: it is of an earlier version. */
  'calibrations.show': v.strictObject({ run }),
  /** Lets such a prompt answer its validation set, and calibrates it. */
  'calibrations.measure': v.strictObject({ run }),
  /**
   * Sets the prompt's threshold: at most this share of the answers that it gives alone may be wrong, rounded down to a limit
   * on offer. Null = it always answers alone.
   */
  'calibrations.limit': v.strictObject({ run, limit: v.nullable(between(0.0001, 0.9999)) }),
} as const

export interface CalibrationOutputs {
  readonly 'calibrations.show': CalibrationDetails | null
  readonly 'calibrations.measure': CalibrationDetails | null
  readonly 'calibrations.limit': CalibrationDetails | null
}
