// Table datasets: what was imported, with its columns and their roles.
import type { Selectable } from 'kysely'
import type { DatasetRecord } from '../../../contract/records.ts'
import type { Roles } from '../../../contract/service.ts'
import type { Db, Schema } from '../schema.ts'
import { versionMethods } from './versions.ts'

const dataset = (row: Selectable<Schema['datasets']>): DatasetRecord => ({
  id: row.id,
  name: row.name,
  source: row.source,
  columns: JSON.parse(row.columns) as string[],
  createdAt: row.created_at,
  trashedAt: row.trashed_at ?? undefined,
})

/** The columns' roles as the data set's owner chose them; an absent context means none, an absent task is guessed. */
type StoredRoles = Pick<Roles, 'text' | 'label'> & Partial<Pick<Roles, 'context' | 'task'>>

export interface NewDataset {
  readonly name: string
  readonly source: string
  /** SHA-256 of the file and of how it was read, so that the same reading is imported once. */
  readonly hash: string
  readonly columns: readonly string[]
}

export const datasetRepository = (db: Db) => ({ ...records(db), ...versionMethods(db), ...removal(db) })

/** Data sets whose import came to its end, and that were not deleted since. */
const imported = (db: Db) =>
  db
    .selectFrom('datasets')
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('versions')
          .select('number')
          .whereRef('versions.dataset', '=', 'datasets.id')
          .where('complete', '=', 1),
      ),
    )

const all = async (db: Db): Promise<DatasetRecord[]> =>
  (await imported(db).selectAll().orderBy('id').execute()).map(dataset)

/** Numbers of the data sets in the trash: what was made on one lies there with it. */
export async function trashedDatasets(db: Db): Promise<ReadonlySet<number>> {
  const rows = await db.selectFrom('datasets').select('id').where('trashed_at', 'is not', null).execute()
  return new Set(rows.map(({ id }) => id))
}

/** What adds data sets, reads them and changes what their owner says of them. */
const records = (db: Db) => ({
  async add({ name, source, hash, columns }: NewDataset): Promise<DatasetRecord> {
    const row = await db
      .insertInto('datasets')
      .values({ name, source, hash, columns: JSON.stringify(columns), created_at: new Date().toISOString() })
      .returningAll()
      .executeTakeFirstOrThrow()
    return dataset(row)
  },

  async byId(id: number): Promise<DatasetRecord | undefined> {
    const row = await imported(db).selectAll().where('id', '=', id).executeTakeFirst()
    return row && dataset(row)
  },

  /** Those in the trash included. */
  all: () => all(db),

  list: async (): Promise<DatasetRecord[]> => (await all(db)).filter(({ trashedAt }) => trashedAt === undefined),

  async count(): Promise<number> {
    const found = imported(db)
      .where('trashed_at', 'is', null)
      .select(({ fn }) => fn.countAll<number>().as('count'))
    return (await found.executeTakeFirstOrThrow()).count
  },

  /** The data set that was read from these bytes in this way, if its import came to an end. */
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

  async rename(id: number, name: string): Promise<void> {
    await db.updateTable('datasets').set({ name }).where('id', '=', id).execute()
  },

  /** The columns that its owner chose, as JSON's value; undefined before that. */
  async roles(id: number): Promise<unknown> {
    const row = await db.selectFrom('datasets').select('roles').where('id', '=', id).executeTakeFirst()
    return row?.roles ? (JSON.parse(row.roles) as unknown) : undefined
  },

  async setRoles(id: number, roles: StoredRoles): Promise<void> {
    await db
      .updateTable('datasets')
      .set({ roles: JSON.stringify(roles) })
      .where('id', '=', id)
      .execute()
  },
})

/** What puts data sets away, deletes them, and finds those that a crash left behind. */
const removal = (db: Db) => ({
  /** Into the trash, with all that was made on it, or out of it. */
  async setTrashed(id: number, trashed: boolean): Promise<void> {
    const trashed_at = trashed ? new Date().toISOString() : null
    await db.updateTable('datasets').set({ trashed_at }).where('id', '=', id).execute()
  },

  /** Nobody sees it any more; a data set without a whole version goes at the next start at the latest. */
  async hide(id: number): Promise<void> {
    await db.updateTable('versions').set({ complete: 0 }).where('dataset', '=', id).execute()
  },

  /** Deletes a data set that no run has used, once its rows are gone. */
  async remove(id: number): Promise<void> {
    await db.updateTable('versions').set({ undoes: null }).where('dataset', '=', id).execute()
    await db.deleteFrom('sweeps').where('dataset', '=', id).execute()
    await db.deleteFrom('versions').where('dataset', '=', id).execute()
    await db.deleteFrom('tasks').where('dataset', '=', id).execute()
    await db.deleteFrom('datasets').where('id', '=', id).execute()
  },

  /** What a crash cut off: data sets that nobody sees, and operations on those that somebody sees. */
  async unfinished(): Promise<{
    readonly hidden: readonly number[]
    readonly open: readonly { readonly dataset: number; readonly number: number }[]
  }> {
    const versions = await db
      .selectFrom('datasets')
      .leftJoin('versions', 'versions.dataset', 'datasets.id')
      .select(['datasets.id', 'versions.number', 'versions.complete'])
      .execute()
    const seen = new Set(versions.filter(({ complete }) => complete === 1).map(({ id }) => id))
    return {
      hidden: [...new Set(versions.map(({ id }) => id))].filter((id) => !seen.has(id)),
      open: versions.flatMap(({ id, number, complete }) =>
        seen.has(id) && complete === 0 && number !== null ? [{ dataset: id, number }] : [],
      ),
    }
  },
})
