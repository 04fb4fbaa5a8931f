// Takes runs on, one at a time, and sees each to its end through crashes of its compute process.
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { RunRecord, RunState } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import type { Changes } from '../changes.ts'
import type { SpawnCompute } from '../compute/child.ts'
import { type Home, textsOf } from '../home/home.ts'
import { keptSentence } from './orphans.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { type RunMaterial, tuneJob } from './material.ts'
import { supervise, type SupervisedJob } from '../compute/supervise.ts'

export interface RunnerOptions {
  readonly store: Store
  readonly spawn: SpawnCompute
  readonly threads: number
  /** Where texts that were read once lie. */
  readonly home: Pick<Home, 'texts'>
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
  readonly loadMaterial: () => Promise<RunMaterial>
  /** Step to pause behind. */
  readonly until: number | undefined
  readonly finish: () => void
  /** How its owner wants it to end: paused, judged as it is, or gone. */
  wanted: 'stop' | 'keep' | 'discard' | undefined
  job: SupervisedJob | undefined
}

interface Ending {
  readonly state: RunState
  readonly message?: string
}

export type Runner = ReturnType<typeof createRunner>

/** The queue of runs. It owns every compute process that tunes. */
export function createRunner({ store, spawn, threads, home, retries, changed }: RunnerOptions) {
  /** Runs that wait, the next one first. */
  const waiting: Active[] = []
  const actives = new Map<number, Active>()
  let busy = false

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
      if (endsUnjudged(active)) return { state: 'stopped' }
      const job = tuneJob(material, await recorder.begin(), {
        threads,
        texts: textsOf(home, active.run.dataset),
        until: active.until,
      })
      active.job = supervise(spawn, job, (event) => recorder.record(event))
      urge(active)
      const result = await active.job.result.finally(() => (active.job = undefined))
      if (result.end === 'failed') return { state: 'failed', message: result.message }
      if (result.end === 'done') {
        if (result.reason !== undefined && result.outcome === 'finished')
          await recorder.note({ step: 0, code: 'ended', message: result.reason })
        await recorder.end({ state: result.outcome, prompt: result.prompt })
        return { state: result.outcome }
      }
      if (endsUnjudged(active)) return { state: 'stopped' }
      const { code, message } = studioError('run/crashed', result.how, await keptSentence(store, active.run))
      if (attempt >= retries) return { state: 'interrupted', message }
      await recorder.note({ step: (await store.checkpoints.step(active.run.id)) ?? 0, code, message })
    }
  }

  const ending = async (active: Active): Promise<Ending> => {
    if (endsUnjudged(active)) return { state: 'stopped' }
    await enter(active, { state: 'running' })
    const recorder = createRecorder(store, active.run, (event) => {
      tell(active, event)
    })
    return tune(active, await active.loadMaterial(), recorder)
  }

  const execute = async (active: Active): Promise<void> => {
    const how = await ending(active).catch((error: unknown): Ending => ({
      state: 'failed',
      message: sentenceOf(error),
    }))
    if (active.wanted === 'discard') await store.runs.remove(active.run.id)
    else await enter(active, how)
  }

  /** Takes the next one on where nothing is under way. */
  const next = (): void => {
    const active = busy ? undefined : waiting.shift()
    if (!active) return
    busy = true
    void execute(active)
      // Only a database that cannot be written gets here; the next start finds the run and says so.
      .catch(() => undefined)
      .then(() => {
        busy = false
        actives.delete(active.run.id)
        active.finish()
        changed('runs')
        next()
      })
  }

  /** Makes a run end in its owner's way; one that waits is taken out of the queue to end at once. */
  const end = async (run: number, wanted: NonNullable<Active['wanted']>): Promise<void> => {
    const active = actives.get(run)
    if (!active) return
    const at = waiting.indexOf(active)
    // What has not begun has nothing to judge.
    active.wanted = at >= 0 && wanted === 'keep' ? 'stop' : wanted
    urge(active)
    if (at >= 0) {
      waiting.splice(at, 1)
      await execute(active)
      actives.delete(run)
      active.finish()
    }
    await active.ended
  }

  return {
    /** Queues a run that the store already has as queued; it pauses behind step `until` where one is given. */
    take(run: RunRecord, loadMaterial: () => Promise<RunMaterial>, until?: number): void {
      const { promise: ended, resolve } = Promise.withResolvers<undefined>()
      const active: Active = {
        run,
        loadMaterial,
        until,
        history: [],
        watchers: new Set(),
        ended,
        finish: () => {
          resolve(undefined)
        },
        wanted: undefined,
        job: undefined,
      }
      actives.set(run.id, active)
      waiting.push(active)
      tell(active, { event: 'state', run: run.name, state: 'queued', message: undefined })
      next()
    },

    isActive: (run: number): boolean => actives.has(run),

    /** Place among the runs that wait, 0 = next; undefined where it does not wait. */
    placeOf(run: number): number | undefined {
      const at = waiting.findIndex((active) => active.run.id === run)
      return at < 0 ? undefined : at
    },

    /** Puts a waiting run at a place among those that wait; one that does not wait stays as it is. */
    move(run: number, place: number): void {
      const at = waiting.findIndex((active) => active.run.id === run)
      const [active] = at < 0 ? [] : waiting.splice(at, 1)
      if (active) waiting.splice(place, 0, active)
      changed('runs')
    },

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
    stop: (run: number): Promise<void> => end(run, 'stop'),

    /** Asks the run to end its training and to judge the best prompt so far; resolves when it has. */
    keep: (run: number): Promise<void> => end(run, 'keep'),

    /** Ends the run at once and removes it with all that it made. */
    discard: (run: number): Promise<void> => end(run, 'discard'),

    /** Ends every run as a stop does. */
    async close(): Promise<void> {
      const runs = [...actives.values()].map(({ run }) => run.id)
      await Promise.all(runs.map((run) => end(run, 'stop')))
    },
  }
}

const endsUnjudged = ({ wanted }: Active): boolean => wanted === 'stop' || wanted === 'discard'

/** Passes on to the job what its run's owner wants, where there is one yet. */
function urge({ job, wanted }: Active): void {
  if (wanted === 'stop') job?.stop()
  else if (wanted === 'keep') job?.keep()
  else if (wanted === 'discard') job?.kill()
}

/** What a person reads of an error. */
export const sentenceOf = (error: unknown): string =>
  error instanceof StudioError
    ? error.message
    : studioError('run/failed', error instanceof Error ? error.message : String(error)).message
