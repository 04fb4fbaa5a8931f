// How far the answers of several prompts as one can be trusted: measured on test rows, as nothing is fitted for them.
import { type Calibration, highestThreshold } from '../../contract/calibration.ts'
import type { CommitteeTrust } from '../../contract/methods/committees.ts'
import { upperBound } from './exact-share.ts'
import { calibrationErrorOf } from './reliability.ts'
import { judged, type LabelledScores } from './scores.ts'
import { answeredAlone, levelOf } from './threshold.ts'

/**
 * `rows`: test rows with the mean of the members' calibrated probabilities; such a mean tends to be less sure than it could be
 * (Ranjan & Gneiting 2010). `offered`: limits that the members have thresholds for, all together. The committee's threshold is
 * always one of these, so that no more bounds can have been looked at before one was chosen.
 */
export function trustTogether(
  rows: readonly LabelledScores[],
  calibrations: readonly (Calibration | undefined)[],
  offered: number,
): Omit<CommitteeTrust, 'on'> {
  const error = calibrationErrorOf([{ rows, temperature: 1 }])
  const highest = highestThreshold(calibrations)
  if (!highest) return { rows: rows.length, error }
  const { confidence } = highest
  const limit = Math.min(...calibrations.flatMap((each) => each?.threshold?.limit ?? []))
  const tested = answeredAlone(judged(rows, 1), confidence)
  const bound = upperBound(tested.wrong, tested.answered, levelOf(offered))
  return { rows: rows.length, error, threshold: { limit, confidence, tested: { ...tested, bound } } }
}
