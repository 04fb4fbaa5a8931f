// Drives one sweep: begins and resumes its runs, one at a time, until it is finished, paused, or cannot go on.
import { studioError } from '../../contract/errors/index.ts'
import type { SweepRecord } from '../../contract/methods/sweeps.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import { advance } from '../../engine/sweep/halving.ts'
import { type Broadcast, createBroadcast } from '../broadcast.ts'
import type { Changes } from '../changes.ts'
import { queuedAgain } from '../runs/active.ts'
import type { Runner } from '../runs/runner.ts'
import { beginRun } from './begin-run.ts'
import { placesOf, summaryOf } from './details.ts'

export interface ActiveSweep {
  readonly sweep: SweepRecord
  readonly events: Broadcast<StudioEvent>
  /** Runs that crashed too often: they are tried again when the sweep is resumed. */
  readonly gaveUp: Set<number>
  /** The run that is under way. */
  current: number | undefined
  /** Set where its owner pauses it or the service closes. */
  pausing: boolean
}

export const createActiveSweep = (sweep: SweepRecord): ActiveSweep => ({
  sweep,
  events: createBroadcast(),
  gaveUp: new Set(),
  current: undefined,
  pausing: false,
})

export interface DriveOptions extends Pick<Changes, 'changed'> {
  readonly store: Store
  readonly runner: Runner
}

/** Drives the sweep until it is finished or cannot go on, which its stored state then says; a pause leaves that state as it is. */
export async function drive(options: DriveOptions, active: ActiveSweep): Promise<void> {
  const { store, changed } = options
  const { sweep } = active
  const plan = await store.sweeps.plan(sweep.id)
  while (!active.pausing) {
    const places = await placesOf(store, sweep.id, plan, active.gaveUp)
    const { next } = advance(places, plan.rungs)
    if (!next) {
      await store.sweeps.setState(sweep.id, 'finished')
      return
    }
    const run = places[next.run]?.run ?? (await beginRun(store, sweep, plan, next.run))
    changed('runs')
    const hindrance = await runOne(options, active, run, next.until)
    if (hindrance !== undefined && !active.pausing) {
      await store.sweeps.setState(sweep.id, 'paused', hindrance)
      return
    }
  }
}

/** Takes the run on until it pauses or ends; gives why the sweep cannot go on, where it cannot. */
async function runOne(
  options: DriveOptions,
  active: ActiveSweep,
  run: RunRecord,
  until: number,
): Promise<string | undefined> {
  const { store, runner } = options
  active.current = run.id
  if (!runner.isActive(run.id)) {
    await store.runs.setState(run.id, 'queued')
    // The pause came before there was a run to stop.
    if (active.pausing) {
      await store.runs.setState(run.id, 'stopped')
      return undefined
    }
    runner.take(queuedAgain(run), { until })
  }
  await follow(options, active, run)
  active.current = undefined
  const after = await store.runs.byId(run.id)
  if (after?.state === 'interrupted') active.gaveUp.add(run.id)
  const isShort = after?.state === 'stopped' && ((await store.checkpoints.step(run.id)) ?? 0) < until
  return isShort ? studioError('sweep/run-stopped', after.name).message : undefined
}

/** Reports the run's steps as steps of the whole sweep; resolves when the run has ended. */
async function follow({ store, runner }: DriveOptions, { sweep, events }: ActiveSweep, run: RunRecord): Promise<void> {
  const { done, steps } = await summaryOf(store, sweep)
  const before = done - ((await store.checkpoints.step(run.id)) ?? 0)
  await runner.watch(run.id, (event) => {
    if (event.event === 'step')
      events.send({ event: 'progress', stage: run.name, done: before + event.step, total: steps })
    else if (event.event === 'state' || event.event === 'warning') events.send(event)
  })
}
