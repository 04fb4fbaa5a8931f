// Starts sweeps, and resumes those that a service which has died left under way.
import type { SweepRecord } from '../../contract/methods/sweeps.ts'
import type { StudioEvent } from '../../contract/service.ts'
import { sentenceOf } from '../runs/execute.ts'
import type { Failures } from '../studio/failures.ts'
import { type ActiveSweep, createActiveSweep, drive, type DriveOptions } from './drive.ts'

export interface Sweeper {
  /** Takes on a sweep that the store has as running. */
  start(sweep: SweepRecord): void
  isActive(sweep: number): boolean
  /** Reports on its runs until it ends or pauses; resolves at once where it is not under way. */
  watch(sweep: number, watcher: (event: StudioEvent) => void, signal: AbortSignal): Promise<void>
  /** Pauses it after the current step; resolves when it has. */
  stop(sweep: number): Promise<void>
  /** Removes it with all its runs. */
  discard(sweep: number): Promise<void>
  /** Takes on what a service that no longer lives had under way. */
  goOn(): Promise<void>
  /** Pauses all for as long as no service is there: their state stays as it is. */
  close(): Promise<void>
}

export function createSweeper(options: DriveOptions & Pick<Failures, 'failedUnattended'>): Sweeper {
  const { store, runner, changed, failedUnattended } = options
  const actives = new Map<number, ActiveSweep>()

  const run = async (active: ActiveSweep): Promise<void> => {
    const { id } = active.sweep
    await drive(options, active).catch(async (error: unknown) => {
      failedUnattended('sweep', error)
      await store.sweeps.settle(id, 'paused', sentenceOf(error))
    })
    actives.delete(id)
    active.events.end()
    changed('runs')
  }
  const start = (sweep: SweepRecord): void => {
    const active = createActiveSweep(sweep)
    actives.set(sweep.id, active)
    void run(active)
  }
  /** Waits until nothing of it is under way. */
  const pause = async (active: ActiveSweep, how: 'stop' | 'discard'): Promise<void> => {
    active.pausing = true
    if (active.current !== undefined) await runner[how](active.current)
    await active.events.ended
  }

  return {
    start,
    isActive: (sweep) => actives.has(sweep),
    watch: async (sweep, watcher, signal) => actives.get(sweep)?.events.follow(watcher, signal),
    stop: async (sweep) => {
      const active = actives.get(sweep)
      if (!active) return
      await pause(active, 'stop')
      // It may have finished before the pause took effect.
      if ((await store.sweeps.byId(sweep))?.state === 'running') await store.sweeps.settle(sweep, 'paused')
    },
    discard: async (sweep) => {
      const active = actives.get(sweep)
      if (active) await pause(active, 'discard')
      await removeWithRuns(options, sweep)
    },
    goOn: async () => {
      for (const sweep of await store.sweeps.list())
        if (sweep.state === 'running' && !actives.has(sweep.id)) start(sweep)
    },
    close: async () => {
      await Promise.all([...actives.values()].map((active) => pause(active, 'stop')))
    },
  }
}

async function removeWithRuns({ store, runner, changed }: DriveOptions, sweep: number): Promise<void> {
  const runs = [...(await store.sweeps.runs(sweep)).values()]
  await store.sweeps.remove(sweep)
  for (const run of runs) {
    if (run === undefined) continue
    if (runner.isActive(run)) await runner.discard(run)
    else await store.runs.remove(run)
  }
  changed('runs')
}
