// Methods runs.* and prompts.get: plan, start, steer, follow and look at runs.
import { studioError } from '../../contract/errors/index.ts'
import { headlineOf } from '../../contract/metrics.ts'
import { fittingName } from '../../contract/names.ts'
import { byFigure, ownEvaluations, type RunRecord } from '../../contract/records.ts'
import type { Input, RunDetails, RunSummary } from '../../contract/service.ts'
import { refuseWithoutRoom } from '../../engine/train/tuned-model.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { sizesOf } from '../data/examples.ts'
import { takeOutOfTrash } from '../data/out-of-trash.ts'
import { planRun } from '../runs/plan.ts'
import { keepStart, possibleStarts } from '../runs/start.ts'
import { preflight } from '../runs/preflight.ts'
import { queuedAgain } from '../runs/active.ts'
import { removeFiles } from '../runs/files.ts'
import { findRun, freeNameOf, modelOf, refusePromptName } from '../lookup.ts'
import { refuseAnswering } from '../serving/shelf.ts'
import { removeModel } from './models.ts'

async function startRun(context: ServiceContext, input: Input<'runs.start'>, call: CallContext): Promise<RunRecord> {
  const { store } = context
  await refusePromptName(store, input.name)
  const { model, split, plan, start } = await planRun(context, input, call)
  const { settings, labels, because = '', needs } = plan
  const { dataset, version } = input
  if (needs) refuseWithoutRoom(needs, context.home.folder)
  const columns = { textColumn: input.text, labelColumn: input.label, contextColumn: input.context ?? '' }
  const { task: kind = 'classification' } = settings
  const run = await store.transaction(async (tables) => {
    const task = await tables.tasks.put({ dataset, kind, ...columns, labels })
    if (start) await keepStart(tables, start)
    const pinned = { task: task.id, model: model.id, dataset, version, settings, split }
    const added = await tables.runs.add({ name: input.name, ...pinned })
    const message = input.because ?? because
    if (message !== '') await tables.notes.add(added.id, { step: 0, code: 'preflight', message })
    return added
  })
  await takeOutOfTrash(context, dataset)
  context.runner.take(run)
  return run
}

/** The runs as a table shows them. */
async function list({ store, runner }: ServiceContext): Promise<RunSummary[]> {
  const [runs, models, datasets, evaluations, steps] = await Promise.all([
    store.runs.list(),
    store.models.list(),
    store.datasets.list(),
    store.evaluations.all(),
    store.runs.stepsReached(),
  ])
  const modelNames = new Map(models.map(({ id, name }) => [id, name]))
  const datasetNames = new Map(datasets.map(({ id, name }) => [id, name]))
  const byRun = Map.groupBy(evaluations, ({ run }) => run)
  return runs.map((run) => {
    const own = ownEvaluations(run, byRun.get(run.id) ?? [])
    const tuned = own.find(({ subject }) => subject === 'tuned prompt')
    return {
      ...run,
      modelName: modelNames.get(run.model) ?? '',
      datasetName: datasetNames.get(run.dataset) ?? '',
      headline: tuned?.headline,
      ...byFigure(own, headlineOf),
      rows: tuned?.rows,
      step: steps.get(run.id) ?? 0,
      place: runner.placeOf(run.id),
      outlook: runner.outlookOf(run.id),
    }
  })
}

/** Queues a run that has ended early: to go on, or with `keep` to be evaluated with its best prompt so far. */
async function resume(context: ServiceContext, name: string, keep = false): Promise<RunRecord> {
  const { store, runner } = context
  const run = await findRun(store, name)
  if (runner.isActive(run.id)) throw studioError('run/already-running', run.name)
  if (run.state === 'finished') throw studioError('run/already-finished', run.name)
  if (run.state === 'diverged') throw studioError('run/diverged', run.name)
  await store.runs.setTrashed(run.id, false)
  await takeOutOfTrash(context, run.dataset)
  await store.runs.setState(run.id, 'queued')
  // Another call may have resumed the run in the meantime.
  if (runner.isActive(run.id)) throw studioError('run/already-running', run.name)
  const queued = queuedAgain(run)
  runner.take(queued, { keep })
  return queued
}

/** Error: 'store/missing'. */
export async function showRun({ store }: ServiceContext, name: string): Promise<RunDetails> {
  const run = await findRun(store, name)
  const { id } = run
  const [split, task, model, made, dataset] = await Promise.all([
    store.runs.split(id),
    store.tasks.byId(run.task),
    modelOf(store, run.model),
    store.models.byRun(id),
    store.datasets.byId(run.dataset),
  ])
  return {
    run,
    model,
    ...(made ? { made } : {}),
    datasetName: dataset?.name ?? '',
    textColumn: task?.textColumn ?? '',
    labelColumn: task?.labelColumn ?? '',
    contextColumn: task?.contextColumn ?? '',
    labels: task?.labels ?? [],
    rows: sizesOf(split),
    steps: await store.metrics.steps(id),
    validations: await store.metrics.validations(id),
    untuned: await store.runs.untuned(id),
    notes: await store.notes.list(id),
    evaluations: await store.evaluations.list(id),
    measures: await store.measures.byRun(id),
    checkpoint: await store.checkpoints.step(id),
  }
}

/** Ends a run that is under way in one of its ways; gives it as it then is. Of one that is paused, its prompt can be kept. */
async function endRun(context: ServiceContext, name: string, how: 'stop' | 'keep'): Promise<RunRecord> {
  const { store, runner } = context
  const run = await findRun(store, name)
  if (!runner.isActive(run.id)) {
    if (how === 'stop') throw studioError('run/not-running', run.name)
    if (!((await store.checkpoints.step(run.id)) ?? 0)) throw studioError('run/nothing-learned', run.name)
    return resume(context, name, true)
  }
  await runner[how](run.id)
  return findRun(store, name)
}

/** Ends the run at once and deletes it with all that it made. Errors: 'store/missing', those of `removeModel`. */
export async function discard(context: ServiceContext, name: string): Promise<null> {
  const { store, home, runner, changed } = context
  const run = await findRun(store, name)
  if (runner.isActive(run.id)) await runner.discard(run.id)
  const made = await store.models.byRun(run.id)
  if (made) await removeModel(context, made)
  // What the runner has removed already is removed without effect; where it could not, its owner hears why.
  await removeFiles(home, run)
  await store.runs.remove(run.id)
  changed('runs')
  return null
}

type Steering =
  'plan' | 'starts' | 'preflight' | 'start' | 'resume' | 'stop' | 'keep' | 'discard' | 'move' | 'edit' | 'freeName'
type RunMethod = `runs.${Steering | 'list' | 'show' | 'watch'}` | 'prompts.get'

export const runMethods: Pick<Methods, RunMethod> = {
  'runs.plan': async (context, input, call) => (await planRun(context, input, call)).plan,
  'runs.starts': ({ store }, input) => possibleStarts(store, input),
  'runs.preflight': preflight,
  'runs.start': (context, input, call) => startRun(context, input, call),
  'runs.resume': (context, { run }) => resume(context, run),
  'runs.stop': (context, { run }) => endRun(context, run, 'stop'),
  'runs.keep': (context, { run }) => endRun(context, run, 'keep'),
  'runs.discard': async (context, { run }) => {
    await refuseAnswering(context.store, { names: [run] })
    return discard(context, run)
  },
  'runs.move': async ({ store, runner }, { run, place }) => {
    runner.move((await findRun(store, run)).id, place)
    return null
  },
  'runs.edit': async ({ store, changed }, { run: name, ...edit }) => {
    const { id } = await findRun(store, name)
    await refusePromptName(store, edit.name)
    await store.runs.edit(id, edit)
    changed('runs')
    return findRun(store, String(id))
  },
  'runs.freeName': ({ store }, { wanted }) => freeNameOf(fittingName(wanted, 'run'), store.names.isKnown),
  'runs.list': (context) => list(context),
  'runs.show': (context, { run }) => showRun(context, run),
  'runs.watch': async ({ store, runner }, { run: name }, { emit, signal }) => {
    const run = await findRun(store, name)
    await runner.watch(run.id, emit, signal)
    return findRun(store, run.name)
  },
  'prompts.get': async ({ store }, { run: name }) => {
    const run = await findRun(store, name)
    const prompt = await store.prompts.byRun(run.id)
    if (!prompt) throw studioError('run/no-prompt', run.name)
    return prompt
  },
}
