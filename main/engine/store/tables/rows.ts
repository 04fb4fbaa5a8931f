// Table row_revisions: a row's content lives from one version to another; undo appends the inverse.
import { studioError } from '../../../contract/errors/index.ts'
import type { DataRow, VersionRecord } from '../../../contract/records.ts'
import type { Db } from '../schema.ts'
import { datasetRepository } from './datasets.ts'

/** A change of one row; `cells` undefined removes it. */
export interface RowChange {
  readonly row: number
  readonly cells: readonly string[] | undefined
}

/** SQLite takes at most 32,766 bound values a statement; a revision needs four. */
const CHUNK = 2000

export const rowRepository = (db: Db) => {
  const datasets = datasetRepository(db)

  const insert = async ({ dataset, number }: VersionRecord, rows: readonly DataRow[]): Promise<void> => {
    for (let at = 0; at < rows.length; at += CHUNK) {
      const values = rows.slice(at, at + CHUNK)
      await db
        .insertInto('row_revisions')
        .values(values.map(({ row, cells }) => ({ dataset, row, born: number, cells: JSON.stringify(cells) })))
        .execute()
    }
  }

  const end = async ({ dataset, number }: VersionRecord, rows: readonly number[]): Promise<void> => {
    for (let at = 0; at < rows.length; at += CHUNK) {
      const alive = db.updateTable('row_revisions').set({ died: number }).where('dataset', '=', dataset)
      await alive
        .where('died', 'is', null)
        .where('row', 'in', rows.slice(at, at + CHUNK))
        .execute()
    }
  }

  return {
    insert,

    /** The version's rows in order, `limit` of them behind row number `after`. */
    async page(dataset: number, version: number, after: number, limit: number): Promise<DataRow[]> {
      const found = await db
        .selectFrom('row_revisions')
        .select(['row', 'cells'])
        .where('dataset', '=', dataset)
        .where('row', '>', after)
        .where('born', '<=', version)
        .where(({ or, eb }) => or([eb('died', 'is', null), eb('died', '>', version)]))
        .orderBy('row')
        .limit(limit)
        .execute()
      return found.map(({ row, cells }) => ({ row, cells: JSON.parse(cells) as string[] }))
    },

    async count(dataset: number, version: number): Promise<number> {
      const { rows } = await db
        .selectFrom('row_revisions')
        .select(({ fn }) => fn.countAll<number>().as('rows'))
        .where('dataset', '=', dataset)
        .where('born', '<=', version)
        .where(({ or, eb }) => or([eb('died', 'is', null), eb('died', '>', version)]))
        .executeTakeFirstOrThrow()
      return rows
    },

    /** Makes the next version by changing rows. Call it in a transaction. */
    async edit(dataset: number, changes: readonly RowChange[]): Promise<VersionRecord> {
      const version = await datasets.begin(dataset, 'edit')
      const kept = changes.flatMap(({ row, cells }) => (cells ? [{ row, cells }] : []))
      await end(
        version,
        changes.map(({ row }) => row),
      )
      await insert(version, kept)
      await datasets.complete(version)
      return version
    },

    /** Takes back the latest edit that still stands, as a new version. Call it in a transaction. Error: 'store/nothing-to-undo'. */
    async undo(dataset: number): Promise<VersionRecord> {
      const history = await datasets.versions(dataset)
      const undone = new Set(history.map(({ undoes }) => undoes))
      const target = history.findLast(({ kind, number }) => kind === 'edit' && !undone.has(number))
      if (!target) throw studioError('store/nothing-to-undo', (await datasets.byId(dataset))?.name ?? String(dataset))
      const version = await datasets.begin(dataset, 'undo', target.number)
      const touched = await db
        .selectFrom('row_revisions')
        .select(['row', 'born', 'cells'])
        .where('dataset', '=', dataset)
        .where(({ or, eb }) => or([eb('born', '=', target.number), eb('died', '=', target.number)]))
        .execute()
      await end(version, [...new Set(touched.map(({ row }) => row))])
      const before = touched.filter(({ born }) => born !== target.number)
      await insert(
        version,
        before.map(({ row, cells }) => ({ row, cells: JSON.parse(cells) as string[] })),
      )
      await datasets.complete(version)
      return version
    },
  }
}
