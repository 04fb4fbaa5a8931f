// Methods runs.* and prompts.get: start, follow, stop and look at runs.
import { studioError } from '../../contract/errors/index.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { Input, RunDetails } from '../../contract/service.ts'
import { splitExamples } from '../../engine/data/split.ts'
import { defaultSettings } from '../../engine/train/defaults.ts'
import type { Methods, ServiceContext } from '../context.ts'
import { loadExamples, splitRows } from '../examples.ts'
import { runMaterial } from '../run-material.ts'
import { findModel, findRun } from './lookup.ts'

async function start(context: ServiceContext, input: Input<'runs.start'>): Promise<RunRecord> {
  const { store } = context
  const model = await findModel(store, input.model)
  const { dataset, version, text, label } = input
  const examples = await loadExamples(store, { dataset, version, text, label })
  if (examples.length === 0) throw studioError('data/no-examples', text, label)
  const labels = [...new Set(examples.map((example) => example.label))].sort()
  const settings = defaultSettings(input.settings, labels)
  const { heldOut } = input
  const split = splitExamples(examples, { seed: settings.seed, ...(heldOut === undefined ? {} : { heldOut }) })
  const run = await store.transaction(async (tables) => {
    const description = { dataset, kind: 'classification' as const, textColumn: text, labelColumn: label, labels }
    const task = await tables.tasks.put(description)
    const pinned = { task: task.id, model: model.id, dataset, version, settings, split: splitRows(split) }
    return tables.runs.add({ name: input.name, ...pinned })
  })
  context.runner.take(run, () => runMaterial(store, run))
  return run
}

async function resume({ store, runner }: ServiceContext, name: string): Promise<RunRecord> {
  const run = await findRun(store, name)
  if (runner.isActive(run.id)) throw studioError('run/already-running', run.name)
  if (run.state === 'finished') throw studioError('run/already-finished', run.name)
  await store.runs.setState(run.id, 'queued')
  // Somebody else may have asked for the same in the meantime.
  if (runner.isActive(run.id)) throw studioError('run/already-running', run.name)
  const queued: RunRecord = { ...run, state: 'queued', error: undefined, endedAt: undefined }
  runner.take(queued, () => runMaterial(store, queued))
  return queued
}

async function show({ store }: ServiceContext, name: string): Promise<RunDetails> {
  const run = await findRun(store, name)
  const { id } = run
  const [split, task, { model }] = await Promise.all([
    store.runs.split(id),
    store.tasks.byId(run.task),
    store.models.prepared(run.model),
  ])
  const { train, validation, heldOut } = split
  return {
    run,
    model,
    labels: task?.labels ?? [],
    rows: { train: train.length, validation: validation.length, heldOut: heldOut.length },
    steps: await store.metrics.steps(id),
    validations: await store.metrics.validations(id),
    notes: await store.notes.list(id),
    evaluations: await store.evaluations.list(id),
    checkpoint: await store.checkpoints.step(id),
  }
}

type RunMethod = `runs.${'start' | 'resume' | 'stop' | 'list' | 'show' | 'watch'}` | 'prompts.get'

export const runMethods: Pick<Methods, RunMethod> = {
  'runs.start': (context, input) => start(context, input),
  'runs.resume': (context, { run }) => resume(context, run),
  'runs.stop': async ({ store, runner }, { run: name }) => {
    const run = await findRun(store, name)
    if (!runner.isActive(run.id)) throw studioError('run/not-running', run.name)
    await runner.stop(run.id)
    return findRun(store, name)
  },
  'runs.list': ({ store }) => store.runs.list(),
  'runs.show': (context, { run }) => show(context, run),
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
