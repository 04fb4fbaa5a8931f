// A row as the model will read it, by its place among those in use.
import type { Input, PreviewRow } from '../../../main/contract/service.ts'
import { studio } from './studio.ts'

/** Places behind the last row begin with the first again; undefined where no row is in use. */
export async function previewAt(
  asked: Omit<Input<'data.preview'>, 'rows'>,
  place: number,
  signal: AbortSignal,
): Promise<PreviewRow | undefined> {
  const { dataset, version } = asked
  const query = { search: '', filters: [], states: ['used' as const] }
  const { view, total } = await studio.call('data.view', { dataset, version, query }, { signal })
  const [row] = await studio.call('data.page', { view, from: place % Math.max(1, total), count: 1 }, { signal })
  if (!row) return undefined
  return (await studio.call('data.preview', { ...asked, rows: [row.row] }, { signal })).rows[0]
}
