// Takes runs on, one at a time, and sees each to its end through crashes of its compute process.
import { StudioError, studioError } from '../contract/errors/index.ts'
import type { RunRecord, RunState } from '../contract/records.ts'
import type { StudioEvent } from '../contract/service.ts'
import type { Store } from '../engine/store/store.ts'
import type { Changes } from './changes.ts'
import type { SpawnCompute } from './compute-child.ts'
import { keptSentence } from './orphans.ts'
import { serialQueue } from './queue.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { type RunMaterial, tuneJob } from './run-material.ts'
import { supervise, type SupervisedJob } from './supervise.ts'

export interface RunnerOptions {
  readonly store: Store
  readonly spawn: SpawnCompute
  readonly threads: number
  /** How often a crashed compute process is started again before the run is left as interrupted. */
  readonly retries: number
  readonly changed: Changes['changed']
}

/** A run that is queued or under way. */
interface Active {
  readonly run: RunRecord
  readonly history: StudioEvent[]
  readonly watchers: Set<(event: StudioEvent) => void>
  readonly ended: Promise<void>
  stopping: boolean
  job: SupervisedJob | undefined
}

interface Ending {
  readonly state: RunState
  readonly message?: string
}

export type Runner = ReturnType<typeof createRunner>

/** The queue of runs. It owns every compute process that tunes. */
export function createRunner({ store, spawn, threads, retries, changed }: RunnerOptions) {
  const enqueue = serialQueue()
  const actives = new Map<number, Active>()

  const tell = (active: Active, event: StudioEvent): void => {
    if (event.event !== 'step') changed('runs')
    active.history.push(event)
    for (const watcher of active.watchers) watcher(event)
  }

  const enter = async (active: Active, { state, message }: Ending): Promise<void> => {
    await store.runs.setState(active.run.id, state, message)
    tell(active, { event: 'state', run: active.run.name, state, message })
  }

  /** Tunes until the job comes to an end of its own; every attempt goes on from the last checkpoint. */
  const tune = async (active: Active, material: RunMaterial, recorder: Recorder): Promise<Ending> => {
    for (let attempt = 0; ; attempt++) {
      if (active.stopping) return { state: 'stopped' }
      const job = tuneJob(material, await recorder.begin(), threads)
      active.job = supervise(spawn, job, (event) => recorder.record(event))
      if (active.stopping) active.job.stop()
      const result = await active.job.result.finally(() => (active.job = undefined))
      if (result.end === 'failed') return { state: 'failed', message: result.message }
      if (result.end === 'done') {
        if (result.reason !== undefined && result.outcome === 'finished')
          await recorder.note({ step: 0, code: 'ended', message: result.reason })
        await recorder.end({ state: result.outcome, prompt: result.prompt })
        return { state: result.outcome }
      }
      if (active.stopping) return { state: 'stopped' }
      const { code, message } = studioError('run/crashed', result.how, await keptSentence(store, active.run))
      if (attempt >= retries) return { state: 'interrupted', message }
      await recorder.note({ step: (await store.checkpoints.step(active.run.id)) ?? 0, code, message })
    }
  }

  const execute = async (active: Active, loadMaterial: () => Promise<RunMaterial>): Promise<void> => {
    const ending = async (): Promise<Ending> => {
      if (active.stopping) return { state: 'stopped' }
      await enter(active, { state: 'running' })
      const recorder = createRecorder(store, active.run, (event) => {
        tell(active, event)
      })
      return tune(active, await loadMaterial(), recorder)
    }
    await enter(
      active,
      await ending().catch((error: unknown): Ending => ({ state: 'failed', message: sentence(error) })),
    )
  }

  return {
    /** Queues a run that the store already has as queued. */
    take(run: RunRecord, loadMaterial: () => Promise<RunMaterial>): void {
      const { promise: ended, resolve } = Promise.withResolvers<undefined>()
      const active: Active = { run, history: [], watchers: new Set(), ended, stopping: false, job: undefined }
      actives.set(run.id, active)
      tell(active, { event: 'state', run: run.name, state: 'queued', message: undefined })
      void enqueue(() => execute(active, loadMaterial))
        // Only a database that cannot be written gets here; the next start finds the run and says so.
        .catch(() => undefined)
        .then(() => {
          actives.delete(run.id)
          resolve(undefined)
        })
    },

    isActive: (run: number): boolean => actives.has(run),

    /** Tells all events of the run since it was taken on; resolves when it has ended, at once where it is not under way. */
    async watch(run: number, watcher: (event: StudioEvent) => void, signal: AbortSignal): Promise<void> {
      const active = actives.get(run)
      if (!active) return
      for (const event of active.history) watcher(event)
      active.watchers.add(watcher)
      const { promise: gone, resolve } = Promise.withResolvers<undefined>()
      signal.addEventListener('abort', () => {
        resolve(undefined)
      })
      await Promise.race([active.ended, gone])
      active.watchers.delete(watcher)
    },

    /** Asks the run to end behind its current step; resolves when it has. */
    async stop(run: number): Promise<void> {
      const active = actives.get(run)
      if (!active) return
      active.stopping = true
      active.job?.stop()
      await active.ended
    },

    /** Ends every run as a stop does. */
    async close(): Promise<void> {
      await Promise.all([...actives.keys()].map((run) => this.stop(run)))
    },
  }
}

const sentence = (error: unknown): string =>
  error instanceof StudioError
    ? error.message
    : studioError('run/failed', error instanceof Error ? error.message : String(error)).message
