// Changes a data set in chunks, under a version that nobody sees until it is whole; a failure takes all of it back.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { VersionRecord } from '../../contract/records.ts'
import type { Tables } from '../../engine/store/store.ts'
import type { NewVersion, StateCounts } from '../../engine/store/tables/versions.ts'
import type { ServiceContext } from '../context.ts'
import { serialQueue } from '../queue.ts'
import { takeOutOfTrash } from './out-of-trash.ts'

/** Rows changed at once: short enough that nobody waits for it. */
const EDIT_CHUNK = 500

/** What an edit does with some rows, in a transaction of its own. */
export type EditRows = (tables: Tables, version: VersionRecord, rows: readonly number[]) => Promise<void>

/** Edits of one data set come one after the other; those of different ones need not wait, but are too quick to matter. */
const inTurn = serialQueue()

const plus = (a: StateCounts, b: StateCounts, sign: 1 | -1): StateCounts => ({
  used: a.used + sign * b.used,
  excluded: a.excluded + sign * b.excluded,
  trash: a.trash + sign * b.trash,
})

/** What the next version is to be: `rows` names whom it touches, `work` changes them, EDIT_CHUNK at a time. */
interface Plan extends NewVersion {
  readonly rows: Iterable<number> | AsyncIterable<number>
  readonly work: EditRows
}

/** Makes the next version; it is planned when its turn has come, on what those before it have left. */
function makeVersion(
  context: ServiceContext,
  dataset: number,
  planned: () => Plan | Promise<Plan>,
): Promise<VersionRecord> {
  const { store, changed, tidy } = context
  return inTurn(async () => {
    await tidy.ready()
    const { rows: touched, work, ...plan } = await planned()
    let counts = await store.datasets.counts(dataset, await store.datasets.newest(dataset))
    const version = await store.transaction((tables) => tables.datasets.begin(dataset, plan))
    try {
      for await (const rows of chunked(touched)) {
        await store.piece(async (tables) => {
          counts = plus(counts, await tables.rows.states(dataset, rows), -1)
          await work(tables, version, rows)
          counts = plus(counts, await tables.rows.states(dataset, rows), 1)
        })
        await setImmediate()
      }
      await store.datasets.complete(version, counts)
    } catch (error) {
      await tidy.drop(version)
      throw error
    }
    await takeOutOfTrash(context, dataset)
    changed('data')
    return version
  })
}

/** An edit as one step of undo. */
export const edit = (
  context: ServiceContext,
  dataset: number,
  description: string,
  rows: Plan['rows'],
  work: EditRows,
): Promise<VersionRecord> => makeVersion(context, dataset, () => ({ kind: 'edit', description, rows, work }))

/** An edit that is planned when its turn has come, on what those before it have left. */
export const planEdit = (
  context: ServiceContext,
  dataset: number,
  planned: () => Promise<Omit<Plan, 'kind' | 'undoes'>>,
): Promise<VersionRecord> => makeVersion(context, dataset, async () => ({ kind: 'edit', ...(await planned()) }))

/** Takes back the newest standing edit, or the newest standing undo. Errors: 'store/nothing-to-undo', 'store/nothing-to-redo'. */
export function takeBack(context: ServiceContext, dataset: number, what: 'undo' | 'redo'): Promise<VersionRecord> {
  const { store } = context
  return makeVersion(context, dataset, async () => {
    const target = (await store.datasets.history(dataset))[what]
    if (!target)
      throw studioError(`store/nothing-to-${what}`, (await store.datasets.byId(dataset))?.name ?? String(dataset))
    const { description, number: undoes } = target
    const work: EditRows = (tables, version, rows) => tables.rows.restore(version, undoes, rows)
    return { kind: 'undo', description, undoes, rows: touchedBy(context, target), work }
  })
}

/** Numbers of the rows that a version changed or brought, none twice. */
async function* touchedBy(context: ServiceContext, { dataset, number }: VersionRecord): AsyncGenerator<number> {
  const { store } = context
  for await (const rows of revisionsOf(context, dataset, number, 'died')) yield* rows
  const all = async (version: number): Promise<number> => {
    const { used, excluded, trash } = await store.datasets.counts(dataset, version)
    return used + excluded + trash
  }
  // A change of a row ends one revision and begins another, so the first pass has found it. The second finds rows that were added.
  if ((await all(number)) === (await all(number - 1))) return
  for await (const rows of revisionsOf(context, dataset, number, 'born')) {
    const replaced = await store.rows.replaced(dataset, number, rows)
    yield* rows.filter((row) => !replaced.has(row))
  }
}

async function* revisionsOf(
  { store }: ServiceContext,
  dataset: number,
  version: number,
  how: 'born' | 'died',
): AsyncGenerator<readonly number[]> {
  for (let after = 0; ;) {
    const found = await store.rows.touched(dataset, version, how, { after, limit: EDIT_CHUNK })
    yield found.map(({ row }) => row)
    const last = found.at(-1)
    if (!last || found.length < EDIT_CHUNK) return
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
