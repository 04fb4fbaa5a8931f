// A row as the model will read it, by its index among the rows in use.
import type { Input, PreviewRow } from '../../../main/contract/service.ts'
import { studio } from './studio.ts'

/** An index behind the last row wraps around to the first; undefined where no row is in use. */
export async function previewAt(
  request: Omit<Input<'data.preview'>, 'rows'>,
  index: number,
  signal: AbortSignal,
): Promise<PreviewRow | undefined> {
  const { dataset, version } = request
  const query = { search: '', filters: [], states: ['used' as const] }
  const { view, total } = await studio.call('data.view', { dataset, version, query }, { signal })
  const [row] = await studio.call('data.page', { view, from: index % Math.max(1, total), count: 1 }, { signal })
  if (!row) return undefined
  return (await studio.call('data.preview', { ...request, rows: [row.row] }, { signal })).rows[0]
}
