// Reads a version row by row without blocking the service.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { ViewedRow } from '../../contract/service.ts'
import type { Tables } from '../../engine/store/store.ts'

/** Rows read at once. */
const CHUNK = 500
/** Milliseconds of work after which others get their turn, and rows between two looks at the clock: code that runs for the first time takes ten times as long. */
const TURN = 10
const ROWS_PER_LOOK = 16

/** Hands every row over, in order, those out of use included. Error: 'run/cancelled'. */
export async function eachRow(
  { store }: { readonly store: Tables },
  dataset: number,
  version: number,
  signal: AbortSignal | undefined,
  see: (row: ViewedRow) => void,
): Promise<void> {
  for (let after = -1; ;) {
    if (signal?.aborted) throw studioError('run/cancelled')
    const some = await store.rows.page(dataset, version, after, CHUNK)
    let since = performance.now()
    for (const [i, row] of some.entries()) {
      see(row)
      if (i % ROWS_PER_LOOK !== 0 || performance.now() - since < TURN) continue
      await setImmediate()
      since = performance.now()
    }
    const end = some.at(-1)
    if (!end || some.length < CHUNK) return
    after = end.row
    await setImmediate()
  }
}
