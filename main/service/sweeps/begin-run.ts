// Makes the run of a sweep's place, named after its sweep, on the rows of all of them.
import type { SweepRecord } from '../../contract/methods/sweeps.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { Store } from '../../engine/store/store.ts'
import type { StoredPlan } from '../../engine/store/tables/sweeps.ts'

/** Adds the run to the store, as queued. */
export async function beginRun(
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
  const isTaken = await store.names.isKnown(wanted)
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
