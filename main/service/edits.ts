// Changes a data set in chunks, under a version that nobody sees until it is whole; a failure takes all of it back.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../contract/errors/index.ts'
import type { VersionRecord } from '../contract/records.ts'
import type { Tables } from '../engine/store/store.ts'
import type { NewVersion, StateCounts } from '../engine/store/tables/datasets.ts'
import type { ServiceContext } from './context.ts'
import { serialQueue } from './queue.ts'

/** Rows changed at once: short enough that nobody waits for it. */
export const EDIT_CHUNK = 1000

/** What an edit does with some rows, in a transaction of its own. */
export type EditRows = (tables: Tables, version: VersionRecord, rows: readonly number[]) => Promise<void>

/** Edits of one data set come one after the other; those of different ones need not wait, but are too quick to matter. */
const inTurn = serialQueue()

const plus = (a: StateCounts, b: StateCounts, sign: 1 | -1): StateCounts => ({
  used: a.used + sign * b.used,
  excluded: a.excluded + sign * b.excluded,
  trash: a.trash + sign * b.trash,
})

/** Makes the next version: `chunks` name the rows, at most EDIT_CHUNK at a time, `work` changes them. */
function makeVersion(
  { store, changed }: ServiceContext,
  dataset: number,
  plan: NewVersion,
  chunks: AsyncIterable<readonly number[]>,
  work: EditRows,
): Promise<VersionRecord> {
  return inTurn(async () => {
    let counts = await store.datasets.counts(dataset, await store.datasets.newest(dataset))
    const version = await store.transaction((tables) => tables.datasets.begin(dataset, plan))
    try {
      for await (const rows of chunks) {
        await store.transaction(async (tables) => {
          counts = plus(counts, await tables.rows.states(dataset, rows), -1)
          await work(tables, version, rows)
          counts = plus(counts, await tables.rows.states(dataset, rows), 1)
        })
        await setImmediate()
      }
      await store.datasets.complete(version, counts)
    } catch (error) {
      await store.transaction((tables) => tables.datasets.drop(version))
      throw error
    }
    changed('data')
    return version
  })
}

/** An edit that its owner asked for, as one step of undo. */
export const edit = (
  context: ServiceContext,
  dataset: number,
  description: string,
  rows: Iterable<number> | AsyncIterable<number>,
  work: EditRows,
): Promise<VersionRecord> => makeVersion(context, dataset, { kind: 'edit', description }, chunked(rows), work)

/** Takes back the newest standing edit, or the newest standing undo. Error: 'store/nothing-to-undo'. */
export async function takeBack(
  context: ServiceContext,
  dataset: number,
  what: 'undo' | 'redo',
): Promise<VersionRecord> {
  const { store } = context
  const target = (await store.datasets.history(dataset))[what]
  if (!target) throw studioError('store/nothing-to-undo', (await store.datasets.byId(dataset))?.name ?? String(dataset))
  const plan = { kind: 'undo' as const, description: target.description, undoes: target.number }
  return makeVersion(context, dataset, plan, chunked(touchedBy(context, target)), (tables, version, rows) =>
    tables.rows.restore(version, target.number, rows),
  )
}

/** Numbers of the rows that a version changed or brought, none twice while what it did is being taken back. */
async function* touchedBy({ store }: ServiceContext, { dataset, number }: VersionRecord): AsyncGenerator<number> {
  for (const how of ['died', 'born'] as const)
    for (let after = 0; ;) {
      const found = await store.rows.touched(dataset, number, how, { after, limit: EDIT_CHUNK })
      // What was changed has been given back by now: only what was added still lives as the version brought it.
      for (const { row, living } of found) if (living || how === 'died') yield row
      const last = found.at(-1)
      if (!last || found.length < EDIT_CHUNK) break
      after = last.id
      await setImmediate()
    }
}

async function* chunked(rows: Iterable<number> | AsyncIterable<number>): AsyncGenerator<readonly number[]> {
  let chunk: number[] = []
  for await (const row of rows) {
    chunk.push(row)
    if (chunk.length < EDIT_CHUNK) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
