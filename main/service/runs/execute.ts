// Sees one run to its end through crashes of its compute process.
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
import { type ActiveRun, endsUnevaluated, urge } from './active.ts'
import { filesOf, markAsOwn, removeFiles, removeState } from './files.ts'
import { type RunMaterial, runMaterial, tuneJob } from './material.ts'
import { checkpointSentence } from './orphans.ts'
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
  if (event.event !== 'step') changed('runs')
  events.send(event)
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
  { spawn, threads, home, bounds }: ExecuteOptions,
  active: ActiveRun,
  material: RunMaterial,
  recorder: Recorder,
): Promise<JobResult> {
  const texts = cachedTextsFolder(home, active.run.dataset)
  const files = filesOf(home, active.run)
  const job = tuneJob(material, await recorder.begin(), { threads, texts, files, until: active.until })
  active.job = supervise(spawn, job, (event) => recorder.record(event), bounds && { bounds })
  urge(active)
  return active.job.result.finally(() => (active.job = undefined))
}

/** What a person reads of an error. */
export const sentenceOf = (error: unknown): string =>
  error instanceof StudioError
    ? error.message
    : studioError('run/failed', error instanceof Error ? error.message : String(error)).message
