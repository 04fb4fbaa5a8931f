// Adds rows to a data set as a new version.
import type { VersionRecord } from '../../contract/records.ts'
import type { ServiceContext } from '../context.ts'
import { findDataset } from '../lookup.ts'
import { edit } from './edits.ts'

/** `rows`: cells that align with the data set's columns. Error: 'store/missing'. */
export async function addRows(
  context: ServiceContext,
  dataset: number,
  description: string,
  rows: readonly (readonly string[])[],
): Promise<VersionRecord> {
  const { columns } = await findDataset(context.store, dataset)
  let last = 0
  // Numbered when its turn has come: another edit may be adding rows now.
  async function* numbers(): AsyncGenerator<number> {
    last = await context.store.rows.last(dataset)
    yield* rows.map((_, i) => last + 1 + i)
  }
  return edit(context, dataset, description, numbers(), (tables, version, some) =>
    tables.rows.insert(
      version,
      some.map((row) => ({ row, cells: columns.map((_, i) => rows[row - last - 1]?.[i] ?? '') })),
    ),
  )
}
