// The chosen rows as a change names them.
import type { DataTarget } from '../../../../../main/contract/service.ts'
import { studio } from '../../../client/studio.ts'
import type { Pages } from './pages.svelte.ts'
import type { Selection } from './selection.svelte.ts'

/** Rows that one question may bring. */
const MOST = 1000

/** One range goes by its places, however long; several go by their rows' numbers. */
export async function targetOf({ view }: Pages, { ranges }: Selection): Promise<DataTarget> {
  const [first] = ranges
  if (first && ranges.length === 1) return { by: 'view', view, ...first }
  const rows: number[] = []
  for (const { from, to } of ranges)
    for (let at = from; at <= to; at += MOST) {
      const some = await studio.call('data.page', { view, from: at, count: Math.min(MOST, to - at + 1) })
      rows.push(...some.map(({ row }) => row))
    }
  return { by: 'rows', rows }
}
