// Takes runs on, one at a time, in the order in which they wait.
import type { Outlook } from '../../contract/outlook.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import { type ActiveRun, createActiveRun, outlookOf, type Taking, urge, type WantedEnd } from './active.ts'
import { execute, type ExecuteOptions, report, sayOutlook } from './execute.ts'
import { createWaitingRuns } from './waiting.ts'

export interface Runner {
  /** Queues a run that the store already has as queued. */
  take(run: RunRecord, taking?: Taking): void
  isActive(run: number): boolean
  /** Place among the runs that wait, 0 = next; undefined where it does not wait. */
  placeOf(run: number): number | undefined
  /** How far it is; undefined where it is not under way. */
  outlookOf(run: number): Outlook | undefined
  /** Puts a waiting run at a place among those that wait; one that does not wait stays as it is. */
  move(run: number, place: number): void
  /** Replays all events since the run was taken on, then follows it; resolves when it has ended, at once where it is not under way. */
  watch(run: number, watcher: (event: StudioEvent) => void, signal?: AbortSignal): Promise<void>
  /** Asks the run to stop after its current step; resolves when it has. */
  stop(run: number): Promise<void>
  /** Asks the run to end its training and to evaluate the best prompt so far; resolves when it has. */
  keep(run: number): Promise<void>
  /** Ends the run at once and removes it with all that it made. */
  discard(run: number): Promise<void>
  /** Ends every run as a stop does. */
  close(): Promise<void>
}

/** The queue of runs. It owns every compute process that tunes. */
export function createRunner(options: ExecuteOptions): Runner {
  const { changed, failedUnattended } = options
  const waiting = createWaitingRuns()
  const actives = new Map<number, ActiveRun>()
  let busy = false

  const see = (active: ActiveRun): Promise<void> =>
    execute(options, active).finally(() => {
      actives.delete(active.run.id)
      active.events.end()
    })

  /** Takes the next one on where nothing is under way. */
  const next = async (): Promise<void> => {
    const active = busy ? undefined : waiting.shift()
    if (!active) return
    busy = true
    // `execute` reports its own failures; whatever else happens, the next run gets its turn.
    await see(active).catch((error: unknown) => {
      failedUnattended('run', error)
    })
    busy = false
    changed('runs')
    void next()
  }

  /** Makes a run end in its owner's way; one that waits is taken out of the queue to end at once. */
  const end = async (run: number, wanted: WantedEnd): Promise<void> => {
    const active = actives.get(run)
    if (!active) return
    const hasWaited = waiting.withdraw(active)
    // A run that has not begun has nothing to evaluate.
    active.wanted = hasWaited && wanted === 'keep' ? 'stop' : wanted
    urge(active)
    sayOutlook(options, active)
    await (hasWaited ? see(active) : active.events.ended)
  }

  return {
    take: (run, taking = {}) => {
      const active = createActiveRun(run, taking)
      actives.set(run.id, active)
      waiting.add(active)
      report(options, active, { event: 'state', run: run.name, state: 'queued', message: undefined })
      void next()
    },
    isActive: (run) => actives.has(run),
    placeOf: waiting.placeOf,
    outlookOf: (run) => {
      const active = actives.get(run)
      return active && outlookOf(active)
    },
    move: (run, place) => {
      waiting.move(run, place)
      changed('runs')
    },
    watch: async (run, watcher, signal) => actives.get(run)?.events.follow(watcher, signal),
    stop: (run) => end(run, 'stop'),
    keep: (run) => end(run, 'keep'),
    discard: (run) => end(run, 'discard'),
    close: async () => {
      await Promise.all([...actives.keys()].map((run) => end(run, 'stop')))
    },
  }
}
