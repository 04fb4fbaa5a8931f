// Methods sweeps.*: plan, start, steer, follow and look at several runs that differ in some settings.
import { studioError } from '../../contract/errors/index.ts'
import type { ModelRecord } from '../../contract/records.ts'
import type { Input, SweepPlan, SweepRecord } from '../../contract/service.ts'
import type { GivenSettings, TuneSettings } from '../../contract/settings.ts'
import type { PlannedRun, StoredPlan } from '../../engine/store/tables/sweeps.ts'
import { type Configuration, configurationsOf, variedOf } from '../../engine/sweep/configurations.ts'
import { rungsOf, stepsOf, survivorsOf } from '../../engine/sweep/halving.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import { startingFrom } from '../../engine/train/start.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { sizesOf } from '../data/examples.ts'
import { takeOutOfTrash } from '../data/out-of-trash.ts'
import { rowsFor, settingsFor } from '../runs/plan.ts'
import type { PlannedRows } from '../runs/split-rows.ts'
import { findStart, keepStart, refuseSeen, type Start } from '../runs/start.ts'
import { findModel, findSweep } from '../lookup.ts'
import { refuseAnswering } from '../serving/shelf.ts'

interface Planned extends StoredPlan {
  readonly rows: PlannedRows
  readonly configurations: readonly Configuration[]
  readonly start: Start | undefined
}

/** Errors: those of `rowsFor`, `configurationsOf`, `findStart`, `refuseSeen` and `settingsFor`, 'store/missing'. */
async function plan(context: ServiceContext, input: Input<'sweeps.plan'>, call: CallContext): Promise<Planned> {
  const { models, vary, seeds, halving } = input
  const start = await findStart(context.store, input)
  const base = start ? startingFrom(start, input.settings) : input.settings
  const rows = await rowsFor(context, input, call, [base.method, ...(vary['method'] ?? []).map(String)])
  const complete = (given: GivenSettings): TuneSettings => defaultSettings(given, rows.labels)
  const configurations = configurationsOf({ models, vary, seeds }, base, complete)
  const { seed: first = 0 } = base
  const known = await Promise.all(models.map((name) => withPrecision(context, name, base, rows, start)))
  const ofSeed = (seed: number): Promise<PlannedRun>[] =>
    configurations.map(async ({ model: name, settings: given, values }, configuration) => {
      const own = known.find(({ model }) => model.name === name)
      if (!own) throw studioError('store/missing', 'model', name)
      const { model, precision } = own
      const { settings } = await settingsFor(context, model, { ...given, ...precision, seed }, rows, start)
      return { configuration, values, model: model.id, settings }
    })
  const runs = await Promise.all(Array.from({ length: seeds }, (_, i) => ofSeed(first + i)).flat())
  if (start) await refuseSeen(context.store, start, { dataset: input.dataset, test: rows.split.test })
  const rungs = rungsOf(configurations.length, halving)
  return { rows, configurations, vary: variedOf(input), rungs, runs, start }
}

/** A model, and the precision of all its runs: each configuration's own best one would be compared along. */
async function withPrecision(
  context: ServiceContext,
  name: string,
  base: GivenSettings,
  rows: PlannedRows,
  start: Start | undefined,
): Promise<{ readonly model: ModelRecord; readonly precision: Pick<GivenSettings, 'precision'> }> {
  const model = await findModel(context.store, name)
  const { precision } = (await settingsFor(context, model, base, rows, start)).settings
  return { model, precision: precision === undefined ? {} : { precision } }
}

const shown = ({ rows, configurations, vary, rungs, runs }: Planned): SweepPlan => ({
  labels: rows.labels,
  leftOut: rows.leftOut,
  unused: rows.unused,
  rows: sizesOf(rows.split),
  vary,
  configurations: configurations.map(({ values }) => values),
  runs: runs.length,
  rungs,
  survivors: survivorsOf(configurations.length, rungs),
  steps: stepsOf(runs, rungs),
})

async function startSweep(
  context: ServiceContext,
  input: Input<'sweeps.start'>,
  call: CallContext,
): Promise<SweepRecord> {
  const { dataset, version, text: textColumn, label: labelColumn, context: contextColumn = '' } = input
  const { rows, vary, rungs, runs, start } = await plan(context, input, call)
  const { task: kind = 'classification' } = input.settings
  const sweep = await context.store.transaction(async (tables) => {
    const task = await tables.tasks.put({ dataset, kind, textColumn, labelColumn, contextColumn, labels: rows.labels })
    if (start) await keepStart(tables, start)
    const pinned = { dataset, version, task: task.id, split: rows.split }
    return tables.sweeps.add({ name: input.name, ...pinned, plan: { vary, rungs, runs } })
  })
  await takeOutOfTrash(context, dataset)
  context.sweeper.start(sweep)
  return sweep
}

async function resume(context: ServiceContext, name: string): Promise<SweepRecord> {
  const { store, sweeper } = context
  const sweep = await findSweep(store, name)
  if (sweeper.isActive(sweep.id)) throw studioError('sweep/already-running', sweep.name)
  if (sweep.state === 'finished') throw studioError('sweep/already-finished', sweep.name)
  await takeOutOfTrash(context, sweep.dataset)
  await store.sweeps.setState(sweep.id, 'running')
  sweeper.start(sweep)
  return findSweep(store, name)
}

export const sweepMethods: Pick<
  Methods,
  `sweeps.${'plan' | 'start' | 'list' | 'show' | 'stop' | 'resume' | 'discard' | 'watch'}`
> = {
  'sweeps.plan': async (context, input, call) => shown(await plan(context, input, call)),
  'sweeps.start': (context, input, call) => startSweep(context, input, call),
  'sweeps.list': ({ workers }, input, { signal }) => workers.run('listSweeps', input, signal),
  'sweeps.show': ({ workers }, input, { signal }) => workers.run('showSweep', input, signal),
  'sweeps.stop': async ({ store, sweeper }, { sweep: name }) => {
    const { id, name: own } = await findSweep(store, name)
    if (!sweeper.isActive(id)) throw studioError('sweep/not-running', own)
    await sweeper.stop(id)
    return findSweep(store, name)
  },
  'sweeps.resume': (context, { sweep }) => resume(context, sweep),
  'sweeps.discard': async ({ store, sweeper }, { sweep }) => {
    const { id } = await findSweep(store, sweep)
    const runs = await Promise.all([...(await store.sweeps.runs(id)).values()].map((run) => store.runs.byId(run ?? 0)))
    await refuseAnswering(store, { names: runs.flatMap((run) => run?.name ?? []) })
    await sweeper.discard(id)
    return null
  },
  'sweeps.watch': async ({ store, sweeper }, { sweep: name }, { emit, signal }) => {
    await sweeper.watch((await findSweep(store, name)).id, emit, signal)
    return findSweep(store, name)
  },
}
