// Plans a run: its rows split into training, validation and test set, and its settings completed by defaults.
import { type Effort, effortSettings } from '../../contract/efforts.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { ModelRecord, SplitRows } from '../../contract/records.ts'
import type { Input, RunPlan } from '../../contract/service.ts'
import { methodNamed, type TuneSettings } from '../../contract/settings.ts'
import { powerWith } from '../../engine/evaluate/power.ts'
import type { Store } from '../../engine/store/store.ts'
import { partsOfBody } from '../../engine/tokens/frame.ts'
import { makesModel, methodOf } from '../../engine/method/index.ts'
import { precisionsOf } from '../../engine/method/method.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import { refuseOtherShapes } from '../../engine/train/start.ts'
import { type ModelRunNeeds, modelRunNeeds } from '../../engine/train/tuned-model.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { sizesOf } from '../data/examples.ts'
import { findModel } from '../lookup.ts'
import { secondsOf } from './forecast.ts'
import { knownChoice } from './known-choices.ts'
import { knownRates } from './known-rates.ts'
import type { Planned as RunSizes } from './parts.ts'
import { remedied } from './remedy.ts'
import type { PlannedRows, RowsSource } from './split-rows.ts'
import { findStart, refuseSeen, settingsFrom, type Start } from './start.ts'

export interface Planned {
  readonly plan: RunPlan
  readonly model: ModelRecord
  readonly split: SplitRows
  readonly start: Start | undefined
}

/** Plans a run, for the methods that start, measure or only show it. Errors: those of `rowsFor`, `findStart`, `refuseSeen` and `settingsFor`, 'store/missing'. */
export async function planRun(context: ServiceContext, input: Input<'runs.plan'>, call: CallContext): Promise<Planned> {
  const model = await findModel(context.store, input.model)
  const start = await findStart(context.store, input)
  const rows = await rowsFor(context, input, call, [start?.settings.method, input.settings.method])
  const { split, labels, leftOut, unused } = rows
  const chosen = await settingsFor(context, model, input.settings, rows, start)
  if (start) await refuseSeen(context.store, start, { dataset: input.dataset, test: split.test })
  const needs = await needsOf(context.store, model, chosen.settings)
  const sizes = sizesOf(split)
  const seconds = await knownSeconds(context, model, { settings: chosen.settings, labels, rows: sizes })
  const plan = {
    ...{ labels, leftOut, unused, rows: sizes, power: powerWith(split.test.length), ...chosen },
    ...(needs ? { needs } : {}),
    ...(seconds ? { seconds } : {}),
  }
  return { model, split, start, plan }
}

/** The time of the run by effort, from what runs of its kind took on this computer; undefined where there was none. */
async function knownSeconds(
  { home }: Pick<ServiceContext, 'home'>,
  model: ModelRecord,
  plan: RunSizes,
): Promise<RunPlan['seconds']> {
  const rates = await knownRates(home, model.hash, plan.settings)
  if (!rates) return undefined
  const { settings } = plan
  const of = (effort: Effort): readonly [number, number] =>
    secondsOf({ ...plan, settings: { ...settings, ...effortSettings(effort, settings) } }, rates)
  return { quick: of('quick'), balanced: of('balanced'), thorough: of('thorough') }
}

/** What a run needs whose result is a model; undefined for others. */
async function needsOf(store: Store, model: ModelRecord, settings: TuneSettings): Promise<ModelRunNeeds | undefined> {
  const config = makesModel(settings) ? (await store.models.configs()).get(model.id) : undefined
  return config && modelRunNeeds(config, settings)
}

/**
/**
 * The rows split into training, validation and test set. `methods`: those that are tuned on them. Errors: those of `planRows`,
 * with the fix after which they would not come, those of `foldsFor`, 'run/cancelled'.
 */
export async function rowsFor(
  context: ServiceContext,
  input: RowsSource,
  { signal }: CallContext,
  methods: readonly (string | undefined)[],
): Promise<PlannedRows> {
  const { dataset, version, text, label, context: passage, test, rowsOf, share, settings } = input
  // Only what decides about the rows, so that another method or another number of steps finds them known.
  const { task, seed } = settings
  const folds = foldsFor(settings, methods)
  const given = Object.fromEntries(
    Object.entries({ context: passage, test, rowsOf, share }).filter(([, value]) => value !== undefined),
  )
  const own = Object.fromEntries(Object.entries({ task, seed, folds }).filter(([, value]) => value !== undefined))
  try {
    return await context.workers.run('planRows', { dataset, version, text, label, ...given, settings: own }, signal)
  } catch (error) {
    throw error instanceof StudioError ? await remedied(context, input, error) : error
  }
}

/** The folds that are asked for; none where tuning makes a model, which is made once. Error: 'tuning/folds-model'. */
function foldsFor({ folds }: RowsSource['settings'], methods: readonly (string | undefined)[]): number | undefined {
  const isModel = methods.some((method) => method !== undefined && makesModel({ method: methodNamed(method) }))
  if (isModel && folds !== undefined && folds > 0) throw studioError('tuning/folds-model')
  return isModel ? 0 : folds
}

/**
 * Complete settings of a run on such rows, and why this precision where a pre-flight has chosen it. Errors: those of
 * `partsOfBody` and `settingsFrom`, 'tuning/start-shape', 'tuning/precision'.
 */
export async function settingsFor(
  { store, home }: Pick<ServiceContext, 'store' | 'home'>,
  model: ModelRecord,
  given: Input<'runs.plan'>['settings'],
  { shape, labels, split }: PlannedRows,
  start: Start | undefined,
): Promise<{ readonly settings: TuneSettings; readonly because?: string }> {
  const config = (await store.models.configs()).get(model.id)
  const own = start ? settingsFrom(start, model, given) : given
  const folds = split.folds?.length ?? 0
  const settings = defaultSettings({ ...own, folds }, labels, { ...shape, hidden: config?.hidden ?? Infinity })
  if (folds > 0 && makesModel(settings)) throw studioError('tuning/folds-model')
  if (start && config) refuseOtherShapes(start, settings, config)
  const precisions = precisionsOf(methodOf(settings))
  if (!precisions.includes(settings.precision ?? 'float32')) throw studioError('tuning/precision', model.name)
  // A template that no row fits into is refused before anything is measured or tuned with it.
  partsOfBody(settings.template.body)
  // Where there is one precision, there is nothing to measure.
  if (precisions.length === 1) return { settings, because: '' }
  const known = given.precision === undefined ? await knownChoice(home, model.hash, settings) : undefined
  return known ? { settings: { ...settings, precision: known.precision }, because: known.because } : { settings }
}
