// Reads a version row by row without blocking the service.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { ViewedRow } from '../../contract/service.ts'
import type { ServiceContext } from '../context.ts'

/** Rows read at once: ten milliseconds with all that is checked of a row. */
const CHUNK = 500

/** Hands every row over, in order, those out of use included. Error: 'run/cancelled'. */
export async function eachRow(
  { store }: ServiceContext,
  dataset: number,
  version: number,
  signal: AbortSignal | undefined,
  see: (row: ViewedRow) => void,
): Promise<void> {
  for (let after = -1; ;) {
    if (signal?.aborted) throw studioError('run/cancelled')
    const some = await store.rows.page(dataset, version, after, CHUNK)
    for (const row of some) see(row)
    const end = some.at(-1)
    if (!end || some.length < CHUNK) return
    after = end.row
    await setImmediate()
  }
}
