// Errors of calibrating a prompt.
import { percent } from '../numbers.ts'

export const calibrationErrors = {
  'calibration/no-labels': (run: string) =>
    `"${run}" writes its answers, and only the probabilities of labels can be calibrated.`,
  'calibration/none': (run: string) => `"${run}" is not calibrated yet.`,
  'calibration/no-rows': (run: string) => `"${run}" has no validation set, so there are no rows to calibrate it on.`,
  'calibration/no-threshold': (run: string, limit: number, smallest: number) =>
    `No threshold of "${run}" keeps to at most ${percent(limit, 1)} wrong answers, as far as its rows can tell. The smallest share that one keeps to is ${percent(smallest, 1)}.`,
} satisfies Record<string, (...details: never[]) => string>
