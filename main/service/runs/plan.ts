// Plans a run: its rows split into training, validation and test set, and its settings completed by defaults.
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { Input, RunPlan } from '../../contract/service.ts'
import type { Example, Split, TuneSettings } from '../../contract/settings.ts'
import { splitExamples } from '../../engine/data/split.ts'
import type { Store } from '../../engine/store/store.ts'
import { partsOfBody } from '../../engine/tokens/frame.ts'
import { scoresLabels } from '../../engine/task/index.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import { shapeOf } from '../../engine/train/from-data.ts'
import type { ServiceContext } from '../context.ts'
import { loadExamples, sizesOf, splitFromRows } from '../data/examples.ts'
import { knownChoice } from './known-choices.ts'
import { findModel, findRun } from '../lookup.ts'

export interface Planned extends RunPlan {
  readonly model: ModelRecord
  readonly split: Split
}

/** Plans a run, for the methods that start, measure or only show it. Errors: those of `rowsFor`, 'store/missing'. */
export async function planRun(context: ServiceContext, input: Input<'runs.plan'>): Promise<Planned> {
  const model = await findModel(context.store, input.model)
  const rows = await rowsFor(context.store, input)
  const { split, labels, leftOut } = rows
  return {
    model,
    labels,
    split,
    leftOut,
    rows: sizesOf(split),
    ...(await settingsFor(context, model, input.settings, rows)),
  }
}

export interface PlannedRows {
  readonly split: Split
  /** Sorted; empty where answers are generated. */
  readonly labels: readonly string[]
  /** Numbers of rows that are in none of the three sets. */
  readonly leftOut: readonly number[]
}

type Source = Pick<
  Input<'runs.plan'>,
  'dataset' | 'version' | 'text' | 'label' | 'context' | 'test' | 'rowsOf' | 'settings'
>

/** The rows split into training, validation and test set. Errors: 'data/no-examples', those of `splitExamples` and `splitOf`. */
export async function rowsFor(store: Store, input: Source): Promise<PlannedRows> {
  const { dataset, version, text, label, context = '', test, rowsOf, settings } = input
  const { task = 'classification', seed = 0 } = settings
  const examples = await loadExamples(store, { dataset, version, text, label, context, task })
  if (examples.length === 0) throw studioError('data/no-examples', text, label)
  const byLabel = scoresLabels(settings)
  const labels = byLabel ? [...new Set(examples.map((example) => example.label))].sort() : []
  const found =
    rowsOf === undefined
      ? await splitExamples(examples, { seed, byLabel, ...(test === undefined ? {} : { test }) })
      : { ...(await splitOf(store, rowsOf, input, examples)), leftOut: [] }
  const { train, validation } = found
  return { split: { train, validation, test: found.test }, labels, leftOut: found.leftOut.map(({ row }) => row) }
}

/** Complete settings of a run on such rows, and why this precision where a pre-flight has chosen it. Errors: those of `partsOfBody`. */
export async function settingsFor(
  { store, home }: Pick<ServiceContext, 'store' | 'home'>,
  model: ModelRecord,
  given: Input<'runs.plan'>['settings'],
  { split, labels }: PlannedRows,
): Promise<{ readonly settings: TuneSettings; readonly because?: string }> {
  const hidden = (await store.models.configs()).get(model.id)?.hidden ?? Infinity
  const settings = defaultSettings(given, labels, shapeOf(split, labels.length, hidden))
  // A template that no row fits into is refused before anything is measured or tuned with it.
  partsOfBody(settings.template.body)
  const known = given.precision === undefined ? await knownChoice(home, model.hash, settings) : undefined
  return known ? { settings: { ...settings, precision: known.precision }, because: known.because } : { settings }
}

/** The same split as another run's. Errors: 'store/missing', 'run/other-rows'. */
async function splitOf(
  store: Store,
  name: string,
  { dataset, version }: Pick<Source, 'dataset' | 'version'>,
  examples: readonly Example[],
): Promise<Split> {
  const run = await findRun(store, name)
  if (run.dataset !== dataset || run.version !== version) throw studioError('run/other-rows', run.name)
  return splitFromRows(examples, await store.runs.split(run.id))
}
