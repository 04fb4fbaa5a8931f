// Makes a data set again what it was in an earlier version, as a new version that can be undone.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { VersionRecord } from '../../contract/records.ts'
import type { Input } from '../../contract/service.ts'
import type { ServiceContext } from '../context.ts'
import { findDataset } from '../lookup.ts'
import { edit } from './edits.ts'

/** Revisions read at once: some ten milliseconds. */
const CHUNK = 10_000

/** Rows that were added since are in the trash then. Error: 'store/missing'. */
export async function goBack(
  context: ServiceContext,
  { dataset, version: target }: Input<'data.goBack'>,
): Promise<VersionRecord> {
  const { store } = context
  await findDataset(store, dataset)
  const newest = await store.datasets.newest(dataset)
  if (target > newest) throw studioError('store/missing', 'version', String(target))
  const rows = await touchedBetween(context, dataset, target, newest)
  return edit(context, dataset, `Back to version ${String(target)}`, rows, async (tables, version, some) => {
    const before = await tables.rows.read(dataset, target, some)
    await tables.rows.replace(version, before)
    const had = new Set(before.map(({ row }) => row))
    const added = some.filter((row) => !had.has(row))
    if (added.length > 0) await tables.rows.setState(version, added, 'trash')
  })
}

/** Numbers of the rows that any version after `from` and up to `to` touched, in order. */
export async function touchedBetween(
  { store }: ServiceContext,
  dataset: number,
  from: number,
  to: number,
): Promise<Uint32Array> {
  // A mark for each row number: sorting a million numbers would block the service.
  const marks = new Uint8Array((await store.rows.last(dataset)) + 1)
  let count = 0
  for (let version = from + 1; version <= to; version++)
    for (const how of ['born', 'died'] as const)
      for (let after = 0, limit = CHUNK; ;) {
        const some = await store.rows.touched(dataset, version, how, { after, limit })
        for (const { row } of some) {
          if (marks[row] === 0) count++
          marks[row] = 1
        }
        const last = some.at(-1)
        if (!last || some.length < limit) break
        after = last.id
        await setImmediate()
      }
  const rows = new Uint32Array(count)
  for (let row = 0, at = 0; at < count; row++) if (marks[row] === 1) rows[at++] = row
  return rows
}
