// A run's calibration from what is stored: work for a process of its own, as it reads all answers.
import type { Calibration, CalibrationDetails } from '../../contract/calibration.ts'
import { studioError } from '../../contract/errors/index.ts'
import { isCrossValidated, type RunRecord } from '../../contract/records.ts'
import type { NotCalibrated } from '../../contract/methods/calibrations.ts'
import type { Input } from '../../contract/service.ts'
import {
  calibrate,
  type CalibrationRows,
  crossFitted,
  detailsOf,
  heldOut,
  offered,
  smallestLimitOf,
  withThreshold,
} from '../../engine/calibrate/calibration.ts'
import { labelledScores } from '../../engine/calibrate/scores.ts'
import type { Tables } from '../../engine/store/store.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { findRun } from '../lookup.ts'

/** A run whose prompt chooses among labels. Errors: 'store/missing', 'calibration/no-labels'. */
export async function choosingRun(store: Tables, name: string): Promise<RunRecord> {
  const run = await findRun(store, name)
  if (!scoresLabels(run.settings)) throw studioError('calibration/no-labels', run.name)
  return run
}

/** Its rows; undefined where it was not evaluated, or its prompt has not answered the validation set. */
async function rowsOf(store: Tables, run: RunRecord): Promise<CalibrationRows | undefined> {
  const [evaluation, split, task] = await Promise.all([
    store.evaluations.latest(run, 'tuned prompt'),
    store.runs.split(run.id),
    store.tasks.byId(run.task),
  ])
  if (!evaluation) return undefined
  const labels = task?.labels ?? []
  const byRow = new Map((await store.evaluations.rows(evaluation.id)).map((row) => [row.row, row]))
  const scoresOf = (rows: readonly number[]) =>
    labelledScores(
      rows.flatMap((row) => byRow.get(row) ?? []),
      labels,
    )
  if (isCrossValidated(run)) return crossFitted((split.folds ?? []).map(scoresOf))
  const validation = labelledScores(await store.validationAnswers.byRun(run.id), labels)
  return validation.length > 0 ? heldOut(validation, scoresOf(split.test)) : undefined
}

/** How many limits its prompt has thresholds for. */
export async function offeredBy(store: Tables, run: RunRecord): Promise<number> {
  const [kept, rows] = await Promise.all([store.prompts.calibration(run.id), rowsOf(store, run)])
  return kept && rows ? offered(kept, rows).choices.length : 0
}

/** What is measured, or why nothing is. Errors: those of `choosingRun`. */
export async function calibration(
  store: Tables,
  { run: name }: Input<'calibrations.show'>,
): Promise<CalibrationDetails | NotCalibrated> {
  const run = await choosingRun(store, name)
  const [kept, rows] = await Promise.all([store.prompts.calibration(run.id), rowsOf(store, run)])
  return kept && rows ? detailsOf(kept, rows, isCrossValidated(run)) : { missing: await missingOf(store, run) }
}

async function missingOf(store: Tables, run: RunRecord): Promise<NotCalibrated['missing']> {
  if (!(await store.evaluations.latest(run, 'tuned prompt'))) return 'evaluation'
  const { validation } = await store.runs.split(run.id)
  return isCrossValidated(run) || validation.length > 0 ? 'calibration' : 'validation set'
}

/** What the prompt keeps, fitted anew on rows that are stored; null where there are none. Errors: those of `choosingRun`. */
export async function fitCalibration(
  store: Tables,
  { run: name }: Input<'calibrations.measure'>,
): Promise<Calibration | null> {
  const rows = await rowsOf(store, await choosingRun(store, name))
  return (rows && calibrate(rows.all)) ?? null
}

/** What the prompt keeps with another threshold. Errors: those of `choosingRun`, 'calibration/none', 'calibration/no-threshold'. */
export async function limitCalibration(
  store: Tables,
  { run: name, limit }: Input<'calibrations.limit'>,
): Promise<Calibration> {
  const run = await choosingRun(store, name)
  const [kept, rows] = await Promise.all([store.prompts.calibration(run.id), rowsOf(store, run)])
  if (!kept || !rows) throw studioError('calibration/none', run.name)
  if (limit === null) {
    const { threshold: _, ...always } = kept
    return always
  }
  const found = withThreshold(kept, rows, limit)
  if (!found) throw studioError('calibration/no-threshold', run.name, limit, smallestLimitOf(kept, rows))
  return found
}
