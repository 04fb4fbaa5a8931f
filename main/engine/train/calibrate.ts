// Calibrates a run's prompt, before it is compared: the test set takes no part in it.
import type { Calibration } from '../../contract/calibration.ts'
import type { ComputeEvent, ValidationAnswer } from '../../contract/compute.ts'
import { stages } from '../../contract/stages.ts'
import { calibrate } from '../calibrate/calibration.ts'
import { labelledScores } from '../calibrate/scores.ts'
import type { InferenceRunner } from '../evaluate/inference-runner.ts'
import { answersTo, type ScoreTask } from '../evaluate/score.ts'

/**
 * The calibration by answered rows, undefined without any. With folds these are all rows, each answered by a prompt that had
 * not seen it; what is measured of it then leaves each fold out in turn (`crossFitted`).
 */
export const calibrationOn = (
  answers: readonly ValidationAnswer[],
  labels: readonly string[],
): Calibration | undefined => calibrate(labelledScores(answers, labels))

/** The calibration by the task's rows, the validation set: the prompt answers them once more, and the answers are emitted. */
export async function calibrateByScoring(
  runner: InferenceRunner,
  task: ScoreTask,
  emit: (event: ComputeEvent) => void,
): Promise<Calibration | undefined> {
  const onProgress = (done: number): void =>
    emit({ event: 'progress', stage: stages.calibrating, done, total: task.examples.length })
  const found = await answersTo(runner, task, onProgress)
  const answers = found.map(({ row, label, logProbabilities }) => ({ row, label, logProbabilities }))
  if (answers.length > 0) emit({ event: 'calibrated', answers })
  return calibrationOn(answers, task.labels)
}
