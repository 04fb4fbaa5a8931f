// What worker processes do: work that reads many rows or computes for long, on a read-only view of the database.
import type { Input } from '../../contract/service.ts'
import type { Tables } from '../../engine/store/store.ts'
import { findRows, type RowsQuery } from '../data/find-rows.ts'
import { answeredRows, detailsOf as labellingDetails } from '../labellings/look.ts'
import { findSweep } from '../lookup.ts'
import { calibration, fitCalibration, limitCalibration } from '../runs/calibration.ts'
import { committee } from '../runs/committee.ts'
import { answers, confusion, flips, metrics, report, verdict } from '../runs/results.ts'
import { planRows } from '../runs/split-rows.ts'
import { comparisonOf, comparisonReport } from '../sweeps/comparison.ts'
import { detailsOf, summaryOf } from '../sweeps/details.ts'

type Task = (store: Tables, input: never) => Promise<unknown>

export const tasks = {
  findRows: (store: Tables, input: RowsQuery) => findRows(store, input, () => Promise.resolve([])),
  planRows,
  committee,
  calibration,
  fitCalibration,
  limitCalibration,
  verdict,
  metrics,
  confusion,
  answers,
  flips,
  report,
  listAnswers: answeredRows,
  showLabelling: (store: Tables, { labelling }: Input<'labellings.show'>) => labellingDetails(store, labelling),
  showSweep: async (store: Tables, { sweep }: Input<'sweeps.show'>) => detailsOf(store, await findSweep(store, sweep)),
  compareMethods: async (store: Tables, { sweep }: Input<'comparisons.show'>) =>
    comparisonOf(store, await findSweep(store, sweep)),
  reportComparison: async (store: Tables, { sweep }: Input<'comparisons.report'>) =>
    comparisonReport(store, await findSweep(store, sweep)),
  listSweeps: async (store: Tables, _: Input<'sweeps.list'>) =>
    Promise.all((await store.sweeps.list()).map((sweep) => summaryOf(store, sweep))),
} satisfies Record<string, Task>

export type Tasks = typeof tasks
export type TaskName = keyof Tasks

/** Results that depend on a version's rows alone, which never change: they are kept whatever else changes. */
export const lasting: ReadonlySet<TaskName> = new Set(['planRows'])
