// Table versions: the operations that made each state of a data set.
import type { RowState, VersionRecord } from '../../../contract/records.ts'
import type { Roles } from '../../../contract/service.ts'
import { type History, historyOf } from '../history.ts'
import type { Db, Schema } from '../schema.ts'

/** How many problems a check of a version's rows has found, in columns of these roles. */
export interface FoundProblems {
  readonly roles: Pick<Roles, 'text' | 'label' | 'context' | 'task'>
  readonly problems: number
}

/** Rows of a version by their state. */
export type StateCounts = Readonly<Record<RowState, number>>

export interface NewVersion {
  readonly kind: Schema['versions']['kind']
  readonly description: string
  /** The version whose change this one takes back. */
  readonly undoes?: number
}

/** The methods of `datasetRepository` that read and write versions. */
export const versionMethods = (db: Db) => ({ ...reading(db), ...checked(db), ...writing(db) })

const stored = (db: Db, id: number) =>
  db.selectFrom('versions').selectAll().where('dataset', '=', id).where('complete', '=', 1).orderBy('number').execute()

const reading = (db: Db) => ({
  async history(id: number): Promise<History> {
    return historyOf(await stored(db, id))
  },

  async versions(id: number): Promise<readonly VersionRecord[]> {
    return historyOf(await stored(db, id)).versions
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
    const row = await version(db, id, number).select('counts').executeTakeFirst()
    return { used: 0, excluded: 0, trash: 0, ...(JSON.parse(row?.counts ?? '{}') as Partial<StateCounts>) }
  },
})

const version = (db: Db, id: number, number: number) =>
  db.selectFrom('versions').where('dataset', '=', id).where('number', '=', number)

/** What a check of a version's rows has found. */
const checked = (db: Db) => ({
  /** The last count; undefined where there is none. */
  async foundProblems(id: number, number: number): Promise<FoundProblems | undefined> {
    const row = await version(db, id, number).select('problems').executeTakeFirst()
    return row?.problems ? (JSON.parse(row.problems) as FoundProblems) : undefined
  },

  async setFoundProblems(id: number, number: number, { roles, problems }: FoundProblems): Promise<void> {
    const { text, label, context, task } = roles
    await db
      .updateTable('versions')
      .set({ problems: JSON.stringify({ roles: { text, label, context, task }, problems }) })
      .where('dataset', '=', id)
      .where('number', '=', number)
      .execute()
  },
})

const writing = (db: Db) => ({
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

  /** An empty name takes it away. */
  async nameVersion(id: number, number: number, name: string): Promise<void> {
    await db
      .updateTable('versions')
      .set({ name: name === '' ? null : name })
      .where('dataset', '=', id)
      .where('number', '=', number)
      .execute()
  },

  /** Removes a version, once what it did to the rows is taken back. */
  async dropVersion(dataset: number, number: number): Promise<void> {
    await db.deleteFrom('versions').where('dataset', '=', dataset).where('number', '=', number).execute()
  },
})
