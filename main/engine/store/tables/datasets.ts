// Tables datasets and versions: a data set and the operations that made each of its states.
import type { Selectable } from 'kysely'
import type { DatasetRecord, RowState, VersionRecord } from '../../../contract/records.ts'
import type { Roles } from '../../../contract/service.ts'
import type { Db, Schema } from '../schema.ts'

const dataset = (row: Selectable<Schema['datasets']>): DatasetRecord => ({
  id: row.id,
  name: row.name,
  source: row.source,
  columns: JSON.parse(row.columns) as string[],
  createdAt: row.created_at,
})

/** What a data set's owner said of its columns; what is absent there is none of, or is guessed. */
type KeptRoles = Pick<Roles, 'text' | 'label'> & Partial<Pick<Roles, 'context' | 'task'>>

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
      name: row.name ?? undefined,
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
  /** Data sets whose import came to its end, and that were not removed since. */
  const whole = () =>
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
      const row = await whole().selectAll().where('id', '=', id).executeTakeFirst()
      return row && dataset(row)
    },

    async list(): Promise<DatasetRecord[]> {
      return (await whole().selectAll().orderBy('id').execute()).map(dataset)
    },

    async count(): Promise<number> {
      const found = whole().select(({ fn }) => fn.countAll<number>().as('count'))
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

    /** An empty name takes it away. */
    async nameVersion(id: number, number: number, name: string): Promise<void> {
      await db
        .updateTable('versions')
        .set({ name: name === '' ? null : name })
        .where('dataset', '=', id)
        .where('number', '=', number)
        .execute()
    },

    /** The columns that its owner chose, as JSON's value; undefined before that. */
    async roles(id: number): Promise<unknown> {
      const row = await db.selectFrom('datasets').select('roles').where('id', '=', id).executeTakeFirst()
      return row?.roles ? (JSON.parse(row.roles) as unknown) : undefined
    },

    async setRoles(id: number, roles: KeptRoles): Promise<void> {
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
        name: null,
        created_at: new Date().toISOString(),
      }
      await db.insertInto('versions').values(opened).execute()
      return { ...opened, undoes, name: undefined, createdAt: opened.created_at }
    },

    async complete({ dataset, number }: VersionRecord, counts: StateCounts): Promise<void> {
      await db
        .updateTable('versions')
        .set({ complete: 1, counts: JSON.stringify(counts) })
        .where('dataset', '=', dataset)
        .where('number', '=', number)
        .execute()
    },

    /** Nobody sees it any more; a data set without a whole version goes at the next start at the latest. */
    async hide(id: number): Promise<void> {
      await db.updateTable('versions').set({ complete: 0 }).where('dataset', '=', id).execute()
    },

    /** Removes a data set that no run has used, once its rows are gone. */
    async remove(id: number): Promise<void> {
      await db.updateTable('versions').set({ undoes: null }).where('dataset', '=', id).execute()
      await db.deleteFrom('sweeps').where('dataset', '=', id).execute()
      await db.deleteFrom('versions').where('dataset', '=', id).execute()
      await db.deleteFrom('tasks').where('dataset', '=', id).execute()
      await db.deleteFrom('datasets').where('id', '=', id).execute()
    },

    /** Removes a version, once what it did to the rows is taken back. */
    async dropVersion(dataset: number, number: number): Promise<void> {
      await db.deleteFrom('versions').where('dataset', '=', dataset).where('number', '=', number).execute()
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
  }
}
