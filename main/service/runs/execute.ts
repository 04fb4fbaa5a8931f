// Sees one run to its end through crashes of its compute process.
import type { ComputeEvent } from '../../contract/compute.ts'
import { type ErrorCode, StudioError, studioError } from '../../contract/errors/index.ts'
import type { RunState } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import type { Changes } from '../changes.ts'
import type { SpawnCompute } from '../compute/child.ts'
import { type JobResult, supervise } from '../compute/supervise.ts'
import type { Bounds } from '../compute/watchdog.ts'
import { type Home, cachedTextsFolder } from '../home/home.ts'
import type { Failures } from '../studio/failures.ts'
import { type ActiveRun, endsUnevaluated, outlookOf, urge } from './active.ts'
import { filesOf, markAsOwn, removeFiles, removeState } from './files.ts'
import { keepRates, knownRates } from './known-rates.ts'
import { type RunMaterial, runMaterial, tracked, tuneJob } from './material.ts'
import { checkpointSentence } from './orphans.ts'
import { trackRun } from './outlook.ts'
import { createRecorder, type Recorder } from './recorder.ts'

export interface ExecuteOptions extends Pick<Changes, 'changed'>, Pick<Failures, 'failedUnattended'> {
  readonly store: Store
  readonly spawn: SpawnCompute
  readonly threads: number
  /** How long compute may be silent. */
  readonly bounds?: Bounds
  /** Where the KV precompute of texts lies, and runs' own files. */
  readonly home: Pick<Home, 'texts' | 'runs' | 'models' | 'cache'>
  /** How often a crashed compute process is started again before the run is left as interrupted. */
  readonly retries: number
}

interface Ending {
  readonly state: RunState
  readonly message?: string
}

/** The run's last state is in the store when this resolves; a run that its owner discards is removed. */
export async function execute(options: ExecuteOptions, active: ActiveRun): Promise<void> {
  const ending = await endingOf(options, active).catch((error: unknown): Ending => {
    options.failedUnattended('run', error)
    return endingBy(codeOf(error), sentenceOf(error))
  })
  if (active.wanted === 'discard' && (await isRemoved(options, active))) return
  await options.store.runs.settle(active.run.id, ending.state, ending.message)
  report(options, active, { event: 'state', run: active.run.name, state: ending.state, message: ending.message })
}

/** Removes the run; false where the database cannot be written. */
async function isRemoved({ store, home, failedUnattended }: ExecuteOptions, { run }: ActiveRun): Promise<boolean> {
  try {
    await removeFiles(home, run)
    await store.runs.remove(run.id)
    return true
  } catch (error) {
    failedUnattended('run', error)
    return false
  }
}

/** Errors after which a run goes on as soon as its owner has mended their cause. */
const mendable: readonly string[] = ['store/disk-full', 'store/cannot-write'] satisfies ErrorCode[]

const endingBy = (code: string, message: string): Ending => ({
  state: mendable.includes(code) ? 'interrupted' : 'failed',
  message,
})

const codeOf = (error: unknown): string => (error instanceof StudioError ? error.code : 'run/failed')

/** Sends the event to all that follow the run. */
export function report({ changed }: Pick<Changes, 'changed'>, { events }: ActiveRun, event: StudioEvent): void {
  if (event.event !== 'step' && event.event !== 'outlook') changed('runs')
  events.send(event)
}

/** Sends how far the run is, where that is known. */
export function sayOutlook(options: Pick<Changes, 'changed'>, active: ActiveRun): void {
  const outlook = outlookOf(active)
  if (outlook) report(options, active, { event: 'outlook', ...outlook })
}

/** Milliseconds between two reports of how far a run is, but for those of another phase. */
const OUTLOOK_MS = 1000

/** Call the result after each event. */
function reporting(options: Pick<Changes, 'changed'>, active: ActiveRun): () => void {
  let said: { readonly phase: string | undefined; readonly at: number } = { phase: undefined, at: -Infinity }
  return () => {
    const now = performance.now()
    const phase = outlookOf(active)?.phase
    if (phase === said.phase && now - said.at < OUTLOOK_MS) return
    said = { phase, at: now }
    sayOutlook(options, active)
  }
}

async function endingOf(options: ExecuteOptions, active: ActiveRun): Promise<Ending> {
  if (endsUnevaluated(active)) return { state: 'stopped' }
  const { id, name } = active.run
  await options.store.runs.setState(id, 'running')
  report(options, active, { event: 'state', run: name, state: 'running', message: undefined })
  const recorder = createRecorder(options.store, active.run, (event) => {
    report(options, active, event)
  })
  return tune(options, active, await runMaterial(options.store, active.run), recorder)
}

/** Tunes until the job ends by itself; every attempt resumes from the last checkpoint. */
async function tune(
  options: ExecuteOptions,
  active: ActiveRun,
  material: RunMaterial,
  recorder: Recorder,
): Promise<Ending> {
  const { store, retries } = options
  for (let attempt = 0; ; attempt++) {
    if (endsUnevaluated(active)) return { state: 'stopped' }
    const result = await runJob(options, active, material, recorder)
    if (result.end === 'failed') return endingBy(result.code, result.message)
    if (result.end === 'done') {
      if (result.reason !== undefined && result.outcome === 'finished')
        await recorder.note({ step: 0, code: 'ended', message: result.reason })
      const message = result.outcome === 'diverged' ? result.reason : undefined
      if (result.model) await markAsOwn(filesOf(options.home, active.run))
      if (result.outcome === 'finished') await rememberRates(options, active, material)
      const { outcome: state, prompt, model } = result
      await recorder.end({ state, prompt, message, model: model && { ...model, base: material.model.name } })
      // What cannot be removed now is removed at the next start.
      if (state !== 'stopped')
        await removeState(options.home, active.run).catch((error: unknown) => {
          options.failedUnattended('run', error)
        })
      return { state: result.outcome, ...(message === undefined ? {} : { message }) }
    }
    if (endsUnevaluated(active)) return { state: 'stopped' }
    const { code, message } = studioError('run/crashed', result.how, await checkpointSentence(store, active.run))
    if (attempt >= retries) return { state: 'interrupted', message }
    await recorder.note({ step: (await store.checkpoints.step(active.run.id)) ?? 0, code, message })
  }
}

/** One compute process, from the last checkpoint to its end. */
async function runJob(
  options: ExecuteOptions,
  active: ActiveRun,
  material: RunMaterial,
  recorder: Recorder,
): Promise<JobResult> {
  const { spawn, threads, home, bounds } = options
  const { until, run } = active
  const texts = cachedTextsFolder(home, run.dataset)
  const files = filesOf(home, run)
  const checkpoint = await recorder.begin()
  const job = tuneJob(material, checkpoint, { threads, texts, files, until })
  const known = await knownRates(home, material.model.hash, run.settings)
  const tracker = trackRun(tracked(material, until), known, checkpoint, performance.now())
  active.tracker = tracker
  const say = reporting(options, active)
  const onEvent = async (event: ComputeEvent): Promise<void> => {
    tracker.hear(event, performance.now())
    await recorder.record(event)
    say()
  }
  active.job = supervise(spawn, job, onEvent, bounds && { bounds })
  urge(active)
  return active.job.result.finally(() => (active.job = undefined))
}

/** A run that was evaluated has measured all of its parts. What cannot be kept is measured by the next one. */
async function rememberRates(
  { home, failedUnattended }: ExecuteOptions,
  { run, tracker }: ActiveRun,
  { model }: RunMaterial,
): Promise<void> {
  const rates = tracker?.rates()
  if (rates)
    await keepRates(home, model.hash, run.settings, rates).catch((error: unknown) => {
      failedUnattended('run', error)
    })
}

/** What a person reads of an error. */
export const sentenceOf = (error: unknown): string =>
  error instanceof StudioError
    ? error.message
    : studioError('run/failed', error instanceof Error ? error.message : String(error)).message
