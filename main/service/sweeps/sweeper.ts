// Drives sweeps: takes on their runs one at a time, and goes on where a service that has died left off.
import { studioError } from '../../contract/errors/index.ts'
import type { SweepRecord } from '../../contract/methods/sweeps.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import type { Store } from '../../engine/store/store.ts'
import type { StoredPlan } from '../../engine/store/tables/sweeps.ts'
import { advance } from '../../engine/sweep/halving.ts'
import type { Changes } from '../changes.ts'
import { runMaterial } from '../runs/material.ts'
import { type Runner, sentenceOf } from '../runs/runner.ts'
import { placesOf, summaryOf } from './details.ts'

interface Active {
  readonly sweep: SweepRecord
  readonly ended: Promise<void>
  readonly watchers: Set<(event: StudioEvent) => void>
  /** Runs that crashed too often: they are tried again when the sweep is resumed. */
  readonly gaveUp: Set<number>
  /** The run that is under way. */
  current: number | undefined
  /** Its owner or the studio's end asked it to pause. */
  pausing: boolean
}

interface Options {
  readonly store: Store
  readonly runner: Runner
  readonly changed: Changes['changed']
}

const never = new AbortController().signal

export type Sweeper = ReturnType<typeof createSweeper>

export function createSweeper({ store, runner, changed }: Options) {
  const actives = new Map<number, Active>()

  const tell = (active: Active, event: StudioEvent): void => {
    for (const watcher of active.watchers) watcher(event)
  }

  /** Steps of the run, as steps of the whole sweep. */
  const follow = async (active: Active, run: RunRecord): Promise<void> => {
    const { done, steps } = await summaryOf(store, active.sweep)
    const before = done - ((await store.checkpoints.step(run.id)) ?? 0)
    await runner.watch(
      run.id,
      (event) => {
        if (event.event === 'step')
          tell(active, { event: 'progress', stage: run.name, done: before + event.step, total: steps })
        else if (event.event === 'state' || event.event === 'warning') tell(active, event)
      },
      never,
    )
  }

  /** Takes the run on until it pauses or ends; gives why the sweep cannot go on, where it cannot. */
  const runOne = async (active: Active, run: RunRecord, until: number): Promise<string | undefined> => {
    active.current = run.id
    if (!runner.isActive(run.id)) {
      await store.runs.setState(run.id, 'queued')
      // Asked to pause before there was a run to stop.
      if (active.pausing) {
        await store.runs.setState(run.id, 'stopped')
        return undefined
      }
      const queued: RunRecord = { ...run, state: 'queued', error: undefined, endedAt: undefined }
      runner.take(queued, () => runMaterial(store, queued), until)
    }
    await follow(active, run)
    active.current = undefined
    const after = await store.runs.byId(run.id)
    if (after?.state === 'interrupted') active.gaveUp.add(run.id)
    const isShort = after?.state === 'stopped' && ((await store.checkpoints.step(run.id)) ?? 0) < until
    return isShort ? studioError('sweep/run-stopped', after.name).message : undefined
  }

  /** Ends where it is finished, where it is asked to pause, or with why it cannot go on. */
  const drive = async (active: Active): Promise<void> => {
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
      const hindrance = await runOne(active, run, next.until)
      if (hindrance !== undefined && !active.pausing) {
        await store.sweeps.setState(sweep.id, 'paused', hindrance)
        return
      }
    }
  }

  const start = (sweep: SweepRecord): void => {
    const { promise: ended, resolve } = Promise.withResolvers<undefined>()
    const active: Active = {
      sweep,
      ended,
      watchers: new Set(),
      gaveUp: new Set(),
      current: undefined,
      pausing: false,
    }
    actives.set(sweep.id, active)
    void drive(active)
      .catch((error: unknown) => store.sweeps.setState(sweep.id, 'paused', sentenceOf(error)))
      // Only a database that cannot be written gets here; the next start finds the sweep as it was.
      .catch(() => undefined)
      .then(() => {
        actives.delete(sweep.id)
        resolve(undefined)
        changed('runs')
      })
  }

  /** Waits until nothing of it is under way. */
  const pause = async (active: Active, how: 'stop' | 'discard'): Promise<void> => {
    active.pausing = true
    if (active.current !== undefined) await runner[how](active.current)
    await active.ended
  }

  return {
    /** Takes on a sweep that the store has as running. */
    start,

    isActive: (sweep: number): boolean => actives.has(sweep),

    /** Tells of its runs until it ends or pauses; resolves at once where it is not under way. */
    async watch(sweep: number, watcher: (event: StudioEvent) => void, signal: AbortSignal): Promise<void> {
      const active = actives.get(sweep)
      if (!active) return
      active.watchers.add(watcher)
      const { promise: gone, resolve } = Promise.withResolvers<undefined>()
      signal.addEventListener('abort', () => {
        resolve(undefined)
      })
      await Promise.race([active.ended, gone])
      active.watchers.delete(watcher)
    },

    /** Pauses it behind the current step; resolves when it has. */
    async stop(sweep: number): Promise<void> {
      const active = actives.get(sweep)
      if (!active) return
      await pause(active, 'stop')
      // It may have come to its end before it heard.
      if ((await store.sweeps.byId(sweep))?.state === 'running') await store.sweeps.setState(sweep, 'paused')
    },

    /** Removes it with all its runs. */
    async discard(sweep: number): Promise<void> {
      const active = actives.get(sweep)
      if (active) await pause(active, 'discard')
      const runs = [...(await store.sweeps.runs(sweep)).values()]
      await store.sweeps.remove(sweep)
      for (const run of runs) {
        if (run === undefined) continue
        if (runner.isActive(run)) await runner.discard(run)
        else await store.runs.remove(run)
      }
      changed('runs')
    },

    /** Takes on what a service that no longer lives had under way. */
    async goOn(): Promise<void> {
      for (const sweep of await store.sweeps.list())
        if (sweep.state === 'running' && !actives.has(sweep.id)) start(sweep)
    },

    /** Pauses all for as long as no service is there: their state stays as it is. */
    async close(): Promise<void> {
      await Promise.all([...actives.values()].map((active) => pause(active, 'stop')))
    },
  }
}

/** The run of a place, named after its sweep, on the rows of all of them. */
async function beginRun(
  store: Store,
  sweep: SweepRecord,
  plan: Awaited<ReturnType<Store['sweeps']['plan']>>,
  place: number,
): Promise<RunRecord> {
  const planned = plan.runs[place]
  if (!planned) throw new Error(`a sweep has no place ${String(place)}`)
  const { model, settings } = planned
  const { dataset, version } = sweep
  const wanted = nameOf(sweep, plan, place)
  const isTaken = (await store.runs.find(wanted)) ?? (await store.openedPrompts.byName(wanted))
  return store.transaction(async (tables) => {
    const name = isTaken ? undefined : wanted
    const run = await tables.runs.add({ name, task: plan.task, model, dataset, version, settings, split: plan.split })
    await tables.sweeps.addRun(sweep.id, place, run.id)
    return run
  })
}

/** "sweep-1.4", and with several seeds "sweep-1.4 seed 2". */
function nameOf({ name }: SweepRecord, { runs }: StoredPlan, place: number): string {
  const { configuration = 0, settings } = runs[place] ?? {}
  const hasSeeds = runs.filter((each) => each.configuration === configuration).length > 1
  const hasOthers = runs.some((each) => each.configuration !== configuration)
  return `${name.slice(0, 60)}${hasOthers ? `.${String(configuration + 1)}` : ''}${hasSeeds ? ` seed ${String(settings?.seed ?? 0)}` : ''}`
}
