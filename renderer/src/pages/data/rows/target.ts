// The selected rows in the form that a change of the data takes.
import type { DataTarget } from '../../../../../main/contract/service.ts'
import { studio } from '../../../client/studio.ts'
import type { Pages } from './pages.svelte.ts'
import type { Selection } from './selection.svelte.ts'

/** Rows per request. */
const MAX_ROWS = 1000

/** A single range, however long, is sent as indices in the view; several are sent as row numbers. */
export async function targetOf({ view }: Pages, { ranges }: Selection): Promise<DataTarget> {
  const [first] = ranges
  if (first && ranges.length === 1) return { by: 'view', view, ...first }
  const rows: number[] = []
  for (const { from, to } of ranges)
    for (let at = from; at <= to; at += MAX_ROWS) {
      const some = await studio.call('data.page', { view, from: at, count: Math.min(MAX_ROWS, to - at + 1) })
      rows.push(...some.map(({ row }) => row))
    }
  return { by: 'rows', rows }
}
