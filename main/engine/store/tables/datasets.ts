// Tables datasets and versions: a data set and the operations that made each of its states.
import type { Selectable } from 'kysely'
import type { DatasetRecord, RowState, VersionRecord } from '../../../contract/records.ts'
import type { Db, Schema } from '../schema.ts'

const dataset = (row: Selectable<Schema['datasets']>): DatasetRecord => ({
  id: row.id,
  name: row.name,
  source: row.source,
  columns: JSON.parse(row.columns) as string[],
  createdAt: row.created_at,
})

/** Rows of a version by their state. */
export type StateCounts = Readonly<Record<RowState, number>>

/** A version as the table has it: its kind among all of them is `history`'s to say. */
type StoredVersion = Selectable<Schema['versions']>

/**
 * The operations in order, each with its real kind, and those that an undo and a redo would take back now. An undo takes
 * back the newest standing edit, a redo the newest standing undo; a new edit ends redoing.
 */
export interface History {
  readonly versions: readonly VersionRecord[]
  readonly undo: VersionRecord | undefined
  readonly redo: VersionRecord | undefined
}

function historyOf(stored: readonly StoredVersion[]): History {
  const versions: VersionRecord[] = []
  const standing: VersionRecord[] = []
  const undone: VersionRecord[] = []
  for (const row of stored) {
    const redoes = row.kind === 'undo' && undone.at(-1)?.number === row.undoes
    const version: VersionRecord = {
      dataset: row.dataset,
      number: row.number,
      kind: redoes ? 'redo' : row.kind,
      undoes: row.undoes ?? undefined,
      description: row.description,
      createdAt: row.created_at,
    }
    versions.push(version)
    if (version.kind === 'edit') {
      standing.push(version)
      undone.length = 0
    } else if (version.kind === 'undo') {
      standing.pop()
      undone.push(version)
    } else if (version.kind === 'redo') {
      undone.pop()
      standing.push(version)
    }
  }
  return { versions, undo: standing.at(-1), redo: undone.at(-1) }
}

export interface NewDataset {
  readonly name: string
  readonly source: string
  /** SHA-256 of the file that was read, so that the same file is imported once. */
  readonly hash: string
  readonly columns: readonly string[]
}

export interface NewVersion {
  readonly kind: Schema['versions']['kind']
  readonly description: string
  /** The version whose change this one takes back. */
  readonly undoes?: number
}

export const datasetRepository = (db: Db) => {
  const stored = (id: number) =>
    db
      .selectFrom('versions')
      .selectAll()
      .where('dataset', '=', id)
      .where('complete', '=', 1)
      .orderBy('number')
      .execute()

  return {
    async add({ name, source, hash, columns }: NewDataset): Promise<DatasetRecord> {
      const row = await db
        .insertInto('datasets')
        .values({ name, source, hash, columns: JSON.stringify(columns), created_at: new Date().toISOString() })
        .returningAll()
        .executeTakeFirstOrThrow()
      return dataset(row)
    },

    async byId(id: number): Promise<DatasetRecord | undefined> {
      const row = await db.selectFrom('datasets').selectAll().where('id', '=', id).executeTakeFirst()
      return row && dataset(row)
    },

    /** Those whose import came to an end. */
    async list(): Promise<DatasetRecord[]> {
      const rows = await db
        .selectFrom('datasets')
        .selectAll()
        .where(({ exists, selectFrom }) =>
          exists(
            selectFrom('versions')
              .select('number')
              .whereRef('versions.dataset', '=', 'datasets.id')
              .where('complete', '=', 1),
          ),
        )
        .orderBy('id')
        .execute()
      return rows.map(dataset)
    },

    async count(): Promise<number> {
      const found = db.selectFrom('datasets').select(({ fn }) => fn.countAll<number>().as('count'))
      return (await found.executeTakeFirstOrThrow()).count
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

    async rename(id: number, name: string): Promise<void> {
      await db.updateTable('datasets').set({ name }).where('id', '=', id).execute()
    },

    /** The columns that its owner chose, as JSON's value; undefined before that. */
    async roles(id: number): Promise<unknown> {
      const row = await db.selectFrom('datasets').select('roles').where('id', '=', id).executeTakeFirst()
      return row?.roles ? (JSON.parse(row.roles) as unknown) : undefined
    },

    async setRoles(id: number, roles: { readonly text: string; readonly label: string }): Promise<void> {
      await db
        .updateTable('datasets')
        .set({ roles: JSON.stringify(roles) })
        .where('id', '=', id)
        .execute()
    },

    async history(id: number): Promise<History> {
      return historyOf(await stored(id))
    },

    async versions(id: number): Promise<readonly VersionRecord[]> {
      return historyOf(await stored(id)).versions
    },

    /** Number of the newest complete version; 0 where there is none. */
    async newest(id: number): Promise<number> {
      const row = await db
        .selectFrom('versions')
        .select(({ fn }) => fn.max('number').as('number'))
        .where('dataset', '=', id)
        .where('complete', '=', 1)
        .executeTakeFirst()
      return row?.number ?? 0
    },

    async counts(id: number, number: number): Promise<StateCounts> {
      const row = await db
        .selectFrom('versions')
        .select('counts')
        .where('dataset', '=', id)
        .where('number', '=', number)
        .executeTakeFirst()
      return { used: 0, excluded: 0, trash: 0, ...(JSON.parse(row?.counts ?? '{}') as Partial<StateCounts>) }
    },

    /** Opens the next version: nobody sees it until `complete`, so that its rows may come in chunks. */
    async begin(id: number, { kind, description, undoes }: NewVersion): Promise<VersionRecord> {
      const last = await db
        .selectFrom('versions')
        .select(({ fn }) => fn.max('number').as('number'))
        .where('dataset', '=', id)
        .executeTakeFirst()
      const opened = {
        dataset: id,
        number: (last?.number ?? 0) + 1,
        kind,
        undoes: undoes ?? null,
        complete: 0,
        description,
        created_at: new Date().toISOString(),
      }
      await db.insertInto('versions').values(opened).execute()
      return { ...opened, undoes, createdAt: opened.created_at }
    },

    async complete({ dataset, number }: VersionRecord, counts: StateCounts): Promise<void> {
      await db
        .updateTable('versions')
        .set({ complete: 1, counts: JSON.stringify(counts) })
        .where('dataset', '=', dataset)
        .where('number', '=', number)
        .execute()
    },

    /** Removes a data set that no run has used: its versions and rows go with it. */
    async remove(id: number): Promise<void> {
      await db.deleteFrom('row_revisions').where('dataset', '=', id).execute()
      await db.updateTable('versions').set({ undoes: null }).where('dataset', '=', id).execute()
      await db.deleteFrom('versions').where('dataset', '=', id).execute()
      await db.deleteFrom('tasks').where('dataset', '=', id).execute()
      await db.deleteFrom('datasets').where('id', '=', id).execute()
    },

    /** Takes back what an operation that never came to its end had done. */
    async drop({ dataset, number }: Pick<VersionRecord, 'dataset' | 'number'>): Promise<void> {
      await db.deleteFrom('row_revisions').where('dataset', '=', dataset).where('born', '=', number).execute()
      await db
        .updateTable('row_revisions')
        .set({ died: null })
        .where('dataset', '=', dataset)
        .where('died', '=', number)
        .execute()
      await db.deleteFrom('versions').where('dataset', '=', dataset).where('number', '=', number).execute()
    },

    /** Takes back every operation that a crash interrupted; a data set without any version goes with its import. */
    async dropIncomplete(): Promise<void> {
      const open = db.selectFrom('versions').select(['dataset', 'number']).where('complete', '=', 0)
      for (const version of await open.execute()) await this.drop(version)
      await db
        .deleteFrom('datasets')
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('versions').select('number').whereRef('versions.dataset', '=', 'datasets.id'))),
        )
        .execute()
    },
  }
}
