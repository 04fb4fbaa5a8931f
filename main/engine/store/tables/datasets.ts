// Tables datasets and versions: a data set and the operations that made each of its states.
import type { Selectable } from 'kysely'
import type { DatasetRecord, VersionRecord } from '../../../contract/records.ts'
import type { Db, Schema } from '../schema.ts'

const dataset = (row: Selectable<Schema['datasets']>): DatasetRecord => ({
  id: row.id,
  name: row.name,
  source: row.source,
  columns: JSON.parse(row.columns) as string[],
  createdAt: row.created_at,
})

const version = (row: Selectable<Schema['versions']>): VersionRecord => ({
  dataset: row.dataset,
  number: row.number,
  kind: row.kind,
  undoes: row.undoes ?? undefined,
  createdAt: row.created_at,
})

export interface NewDataset {
  readonly name: string
  readonly source: string
  /** SHA-256 of the file that was read, so that the same file is imported once. */
  readonly hash: string
  readonly columns: readonly string[]
}

export const datasetRepository = (db: Db) => ({
  async add({ name, source, hash, columns }: NewDataset): Promise<DatasetRecord> {
    const row = await db
      .insertInto('datasets')
      .values({ name, source, hash, columns: JSON.stringify(columns), created_at: new Date().toISOString() })
      .returningAll()
      .executeTakeFirstOrThrow()
    return dataset(row)
  },

  async count(): Promise<number> {
    const all = db.selectFrom('datasets').select(({ fn }) => fn.countAll<number>().as('count'))
    return (await all.executeTakeFirstOrThrow()).count
  },

  async byId(id: number): Promise<DatasetRecord | undefined> {
    const row = await db.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirst()
    return row && dataset(row)
  },

  /** The data set that was read from a file of these bytes, if its import came to an end. */
  async byHash(hash: string): Promise<DatasetRecord | undefined> {
    const row = await db
      .selectFrom('datasets')
      .selectAll('datasets')
      .innerJoin('versions', 'versions.dataset', 'datasets.id')
      .where('datasets.hash', '=', hash)
      .where('versions.complete', '=', 1)
      .orderBy('datasets.id', 'desc')
      .executeTakeFirst()
    return row && dataset(row)
  },

  async versions(id: number): Promise<VersionRecord[]> {
    const rows = db.selectFrom('versions').selectAll().where('dataset', '=', id).where('complete', '=', 1)
    return (await rows.orderBy('number').execute()).map(version)
  },

  /** Opens the next version: nobody sees it until `complete`, so that its rows may come in chunks. */
  async begin(id: number, kind: VersionRecord['kind'], undoes?: number): Promise<VersionRecord> {
    const last = await db
      .selectFrom('versions')
      .select(({ fn }) => fn.max('number').as('number'))
      .where('dataset', '=', id)
      .executeTakeFirst()
    const number = (last?.number ?? 0) + 1
    const opened = {
      dataset: id,
      number,
      kind,
      undoes: undoes ?? null,
      complete: 0,
      created_at: new Date().toISOString(),
    }
    return version(await db.insertInto('versions').values(opened).returningAll().executeTakeFirstOrThrow())
  },

  async complete({ dataset, number }: VersionRecord): Promise<void> {
    const row = db.updateTable('versions').set({ complete: 1 }).where('dataset', '=', dataset)
    await row.where('number', '=', number).execute()
  },

  /** Removes a data set that no run has used: its versions and rows go with it. */
  async remove(id: number): Promise<void> {
    await db.deleteFrom('versions').where('dataset', '=', id).execute()
    await db.deleteFrom('datasets').where('id', '=', id).execute()
  },

  /** Removes what an interrupted import left behind. */
  async dropIncomplete(): Promise<void> {
    await db.deleteFrom('versions').where('complete', '=', 0).where('kind', '=', 'import').execute()
    await db
      .deleteFrom('datasets')
      .where(({ not, exists, selectFrom }) =>
        not(exists(selectFrom('versions').select('number').whereRef('versions.dataset', '=', 'datasets.id'))),
      )
      .execute()
  },
})
