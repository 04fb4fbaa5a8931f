// Methods runs.* and prompts.get: plan, start, steer, follow and look at runs.
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { EvaluationRecord, ModelRecord, RunRecord } from '../../contract/records.ts'
import type { PrecisionName } from '../../contract/model.ts'
import type { Input, Preflight, PreflightTrial, RunDetails, RunSummary } from '../../contract/service.ts'
import { preparedPrecisions } from '../../engine/model/prepare.ts'
import type { CallContext, Methods, ServiceContext } from '../context.ts'
import { splitRows } from '../data/examples.ts'
import { liesIn } from '../home/disk.ts'
import { textsOf } from '../home/home.ts'
import { type Attempt, becauseOf, chooseTrial, cosine, nextToTry } from '../runs/choose-precision.ts'
import { availableMemory, type Forecast, forecast } from '../runs/forecast.ts'
import { knownProviders } from '../studio/hardware.ts'
import { keepChoice } from '../runs/known-choices.ts'
import { planRun, sizesOf } from '../runs/plan.ts'
import { queuedAgain } from '../runs/active.ts'
import { sealedModel } from '../runs/material.ts'
import { findRun, refusePromptName } from '../lookup.ts'
import { serveJob } from '../compute/serving.ts'

async function start(context: ServiceContext, input: Input<'runs.start'>): Promise<RunRecord> {
  const { store } = context
  await refusePromptName(store, input.name)
  const { model, settings, labels, split, because = '' } = await planRun(context, input)
  const { dataset, version } = input
  const columns = { textColumn: input.text, labelColumn: input.label, contextColumn: input.context ?? '' }
  const { task: kind = 'classification' } = settings
  const run = await store.transaction(async (tables) => {
    const task = await tables.tasks.put({ dataset, kind, ...columns, labels })
    const pinned = { task: task.id, model: model.id, dataset, version, settings, split: splitRows(split) }
    const added = await tables.runs.add({ name: input.name, ...pinned })
    const message = input.because ?? because
    if (message !== '') await tables.notes.add(added.id, { step: 0, code: 'preflight', message })
    return added
  })
  context.runner.take(run)
  return run
}

/** A few real steps in each precision and on each kind of hardware that is worth it; the choice is the fastest that fits and agrees. */
async function preflight(
  context: ServiceContext,
  input: Input<'runs.preflight'>,
  call: CallContext,
): Promise<Preflight> {
  const { model, split, ...planned } = await planRun(context, input)
  const { settings, labels } = planned
  const sealed = await sealedModel(context.store, model.id)
  const available = availableMemory()
  const texts = textsOf(context.home, input.dataset)
  const measured: { readonly trial: PreflightTrial; readonly steps: MeasuredSteps; readonly forecast: Forecast }[] = []
  // Asking takes a process, which starts beside the one that opens the model.
  const known = knownProviders(context)
  const attempt = async ({ precision, provider }: Attempt): Promise<void> => {
    const job = { kind: 'preflight' as const, model: sealed, labels, split, threads: context.threads, texts, provider }
    let steps: MeasuredSteps | undefined
    await serveJob(context, call, { ...job, settings: { ...settings, precision } }, (event) => {
      if (event.event === 'preflight') steps = event.measured
    })
    if (!steps) throw studioError('run/failed', 'compute measured nothing')
    const told = forecast(planned, steps, available)
    const { seconds, memory, fits } = told
    const [reference] = measured
    const agreement = reference && cosine(reference.steps.gradient, steps.gradient)
    const { title } = (await known).find(({ name }) => name === provider) ?? { title: provider }
    const trial = { precision, hardware: { name: provider, title }, seconds, memory, fits, agreement }
    measured.push({ trial, steps, forecast: told })
  }
  const ready = readyPrecisions(context, model)
  await attempt({ precision: input.settings.precision ?? ready[0] ?? 'float32', provider: 'cpu' })
  const trials = (): PreflightTrial[] => measured.map(({ trial }) => trial)
  const failed: Attempt[] = []
  const refused: string[] = []
  const accelerators = (await known).flatMap(({ name, offered }) => (offered && name !== 'cpu' ? [name] : []))
  // Who names a precision wants that one measured.
  if (input.settings.precision === undefined)
    for (let next; (next = nextToTry(trials(), { ready, accelerators, failed })) !== undefined;) {
      const one = next
      await attempt(one).catch((error: unknown) => {
        if (call.signal.aborted) throw error
        failed.push(one)
        if (error instanceof StudioError && error.code === 'compute/refused') refused.push(error.message)
      })
    }
  const chosen = chooseTrial(trials())
  const { forecast: told } = measured.find(({ trial }) => trial === chosen) ?? (measured[0] as (typeof measured)[0])
  const choice = { precision: chosen.precision, because: becauseOf(trials(), chosen) }
  if (input.settings.precision === undefined) await keepChoice(context.home, model.hash, settings, choice)
  const { hardware } = chosen
  return {
    plan: planned,
    trials: trials(),
    refused,
    chosen: choice.precision,
    hardware: hardware.name,
    because: choice.because,
    ...told,
  }
}

/** Precisions that need no preparing, float32 first. */
function readyPrecisions({ home }: ServiceContext, { folder, hash }: ModelRecord): PrecisionName[] {
  const copies = preparedPrecisions(home.cache, hash)
  // What lies elsewhere is read in place, which only float32 is.
  const inPlace = !liesIn(home.cache, folder) && !copies.includes('float32')
  return inPlace ? ['float32', ...copies] : copies
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
    const own = (byRun.get(run.id) ?? []).filter((each) => each.dataset === run.dataset && each.version === run.version)
    const latest = (subject: EvaluationRecord['subject']) => own.findLast((each) => each.subject === subject)
    const tuned = latest('tuned prompt')
    return {
      ...run,
      modelName: modelNames.get(run.model) ?? '',
      datasetName: datasetNames.get(run.dataset) ?? '',
      noPrompt: latest('no prompt')?.accuracy,
      written: latest('written prompt')?.accuracy,
      tuned: tuned?.accuracy,
      macroF1: tuned?.macroF1,
      rows: tuned?.rows,
      step: steps.get(run.id) ?? 0,
      place: runner.placeOf(run.id),
    }
  })
}

async function resume({ store, runner }: ServiceContext, name: string): Promise<RunRecord> {
  const run = await findRun(store, name)
  if (runner.isActive(run.id)) throw studioError('run/already-running', run.name)
  if (run.state === 'finished') throw studioError('run/already-finished', run.name)
  await store.runs.setState(run.id, 'queued')
  // Somebody else may have asked for the same in the meantime.
  if (runner.isActive(run.id)) throw studioError('run/already-running', run.name)
  const queued = queuedAgain(run)
  runner.take(queued)
  return queued
}

/** Error: 'store/missing'. */
export async function showRun({ store }: ServiceContext, name: string): Promise<RunDetails> {
  const run = await findRun(store, name)
  const { id } = run
  const [split, task, { model }, dataset] = await Promise.all([
    store.runs.split(id),
    store.tasks.byId(run.task),
    store.models.prepared(run.model),
    store.datasets.byId(run.dataset),
  ])
  return {
    run,
    model,
    datasetName: dataset?.name ?? '',
    textColumn: task?.textColumn ?? '',
    labelColumn: task?.labelColumn ?? '',
    contextColumn: task?.contextColumn ?? '',
    labels: task?.labels ?? [],
    rows: sizesOf(split),
    steps: await store.metrics.steps(id),
    validations: await store.metrics.validations(id),
    notes: await store.notes.list(id),
    evaluations: await store.evaluations.list(id),
    checkpoint: await store.checkpoints.step(id),
  }
}

/** Ends a run that is under way in one of its ways; gives it as it then is. */
async function endRun({ store, runner }: ServiceContext, name: string, how: 'stop' | 'keep'): Promise<RunRecord> {
  const run = await findRun(store, name)
  if (!runner.isActive(run.id)) throw studioError('run/not-running', run.name)
  await runner[how](run.id)
  return findRun(store, name)
}

async function discard({ store, runner, changed }: ServiceContext, name: string): Promise<null> {
  const run = await findRun(store, name)
  if (runner.isActive(run.id)) await runner.discard(run.id)
  else await store.runs.remove(run.id)
  changed('runs')
  return null
}

type Steering = 'plan' | 'preflight' | 'start' | 'resume' | 'stop' | 'keep' | 'discard' | 'move' | 'edit'
type RunMethod = `runs.${Steering | 'list' | 'show' | 'watch'}` | 'prompts.get'

export const runMethods: Pick<Methods, RunMethod> = {
  'runs.plan': async (context, input) => {
    const { settings, labels, rows, leftOut, because } = await planRun(context, input)
    return { settings, labels, rows, leftOut, ...(because === undefined ? {} : { because }) }
  },
  'runs.preflight': (context, input, call) => preflight(context, input, call),
  'runs.start': (context, input) => start(context, input),
  'runs.resume': (context, { run }) => resume(context, run),
  'runs.stop': (context, { run }) => endRun(context, run, 'stop'),
  'runs.keep': (context, { run }) => endRun(context, run, 'keep'),
  'runs.discard': (context, { run }) => discard(context, run),
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
