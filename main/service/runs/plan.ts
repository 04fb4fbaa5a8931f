// Plans a run: its rows split into training, validation and test set, and its settings completed by defaults.
import type { ModelRecord, SplitRows } from '../../contract/records.ts'
import type { Input, RunPlan } from '../../contract/service.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { partsOfBody } from '../../engine/tokens/frame.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { sizesOf } from '../data/examples.ts'
import { findModel } from '../lookup.ts'
import { knownChoice } from './known-choices.ts'
import type { PlannedRows, RowsSource } from './split-rows.ts'

export interface Planned {
  readonly plan: RunPlan
  readonly model: ModelRecord
  readonly split: SplitRows
}

/** Plans a run, for the methods that start, measure or only show it. Errors: those of `rowsFor` and `settingsFor`, 'store/missing'. */
export async function planRun(context: ServiceContext, input: Input<'runs.plan'>, call: CallContext): Promise<Planned> {
  const model = await findModel(context.store, input.model)
  const rows = await rowsFor(context, input, call)
  const { split, labels, leftOut, unused } = rows
  const settings = await settingsFor(context, model, input.settings, rows)
  return { model, split, plan: { labels, leftOut, unused, rows: sizesOf(split), ...settings } }
}

/** The rows split into training, validation and test set. Errors: those of `planRows`, 'run/cancelled'. */
export function rowsFor({ workers }: ServiceContext, input: RowsSource, { signal }: CallContext): Promise<PlannedRows> {
  const { dataset, version, text, label, context, test, rowsOf, settings } = input
  // Only what decides about the rows, so that another method or another number of steps finds them known.
  const { task, seed } = settings
  const given = Object.fromEntries(Object.entries({ context, test, rowsOf }).filter(([, value]) => value !== undefined))
  const own = Object.fromEntries(Object.entries({ task, seed }).filter(([, value]) => value !== undefined))
  return workers.run('planRows', { dataset, version, text, label, ...given, settings: own }, signal)
}

/** Complete settings of a run on such rows, and why this precision where a pre-flight has chosen it. Errors: those of `partsOfBody`. */
export async function settingsFor(
  { store, home }: Pick<ServiceContext, 'store' | 'home'>,
  model: ModelRecord,
  given: Input<'runs.plan'>['settings'],
  { shape, labels }: PlannedRows,
): Promise<{ readonly settings: TuneSettings; readonly because?: string }> {
  const hidden = (await store.models.configs()).get(model.id)?.hidden ?? Infinity
  const settings = defaultSettings(given, labels, { ...shape, hidden })
  // A template that no row fits into is refused before anything is measured or tuned with it.
  partsOfBody(settings.template.body)
  const known = given.precision === undefined ? await knownChoice(home, model.hash, settings) : undefined
  return known ? { settings: { ...settings, precision: known.precision }, because: known.because } : { settings }
}
