// Table row_revisions: a row's content lives from one version to another; nothing is ever overwritten.
import { sql } from 'kysely'
import type { RowState, VersionRecord } from '../../../contract/records.ts'
import type { ViewedRow } from '../../../contract/service.ts'
import type { Db } from '../schema.ts'
import type { StateCounts } from './versions.ts'

export const rowRepository = (db: Db) => ({ ...writing(db), ...reading(db), ...revisions(db), ...forgetting(db) })

interface StoredRow {
  readonly row: number
  readonly cells: string
  readonly state: RowState
}

const viewed = ({ row, cells, state }: StoredRow): ViewedRow => ({ row, cells: JSON.parse(cells) as string[], state })

/** Numbers as one bound value, however many: the statement stays the same, and short. */
const among = (rows: readonly number[]) => sql<number>`(SELECT value FROM json_each(${JSON.stringify(rows)}))`

/** The plus keeps SQLite to the index by rows: the one by deaths would read all that a version ended, every time. */
const byRow = (died: string) => sql<number>`+${sql.ref(died)}`

/** What changes rows: their earlier revisions die with the version that changes them. */
const writing = (db: Db) => {
  const put = async ({ dataset, number }: VersionRecord, rows: readonly ViewedRow[]): Promise<void> => {
    const values = JSON.stringify(rows.map(({ row, cells, state }) => [row, JSON.stringify(cells), state]))
    await sql`INSERT INTO row_revisions (dataset, row, born, cells, state)
      SELECT ${dataset}, value ->> 0, ${number}, value ->> 1, value ->> 2 FROM json_each(${values})`.execute(db)
  }

  const end = async ({ dataset, number }: VersionRecord, rows: readonly number[]): Promise<void> => {
    await db
      .updateTable('row_revisions')
      .set({ died: number })
      .where('dataset', '=', dataset)
      .where('died', 'is', null)
      .where('row', 'in', among(rows))
      .execute()
  }

  return {
    async insert(
      version: VersionRecord,
      rows: readonly { readonly row: number; readonly cells: readonly string[]; readonly state?: RowState }[],
    ): Promise<void> {
      await put(
        version,
        rows.map(({ row, cells, state = 'used' }) => ({ row, cells, state })),
      )
    },

    /** Gives rows new cells and states; those that were there die with this version. */
    async replace(version: VersionRecord, rows: readonly ViewedRow[]): Promise<void> {
      await end(
        version,
        rows.map(({ row }) => row),
      )
      await put(version, rows)
    },

    /** Gives living rows another state; their cells are copied inside the database. */
    async setState(version: VersionRecord, rows: readonly number[], state: RowState): Promise<void> {
      const { dataset, number } = version
      await end(version, rows)
      await sql`INSERT INTO row_revisions (dataset, row, born, cells, state)
        SELECT dataset, row, ${number}, cells, ${state} FROM row_revisions
        WHERE dataset = ${dataset} AND ${byRow('died')} = ${number} AND row IN ${among(rows)}`.execute(db)
    },

    /** Makes rows again what they were before version `target` touched them; later changes must be undone already. */
    async restore(version: VersionRecord, target: number, rows: readonly number[]): Promise<void> {
      const { dataset, number } = version
      await end(version, rows)
      await sql`INSERT INTO row_revisions (dataset, row, born, cells, state)
        SELECT dataset, row, ${number}, cells, state FROM row_revisions
        WHERE dataset = ${dataset} AND ${byRow('died')} = ${target} AND born <> ${target}
          AND row IN ${among(rows)}`.execute(db)
    },
  }
}

/** What reads a version's rows. */
const reading = (db: Db) => {
  /** The revisions that a version consists of. */
  const at = (dataset: number, version: number) =>
    db
      .selectFrom('row_revisions')
      .where('dataset', '=', dataset)
      .where('born', '<=', version)
      .where(({ or, eb }) => or([eb('died', 'is', null), eb('died', '>', version)]))

  return {
    /** The version's rows in order, `limit` of them behind row number `after`. */
    async page(dataset: number, version: number, after: number, limit: number): Promise<ViewedRow[]> {
      const found = at(dataset, version).select(['row', 'cells', 'state']).where('row', '>', after)
      return (await found.orderBy('row').limit(limit).execute()).map(viewed)
    },

    /** Numbers of the version's rows in these states, in order, among the `limit` behind row number `after`; and the last of those. */
    async numbers(
      dataset: number,
      version: number,
      states: readonly RowState[],
      { after, limit }: { readonly after: number; readonly limit: number },
    ): Promise<{ readonly rows: readonly number[]; readonly last: number | undefined }> {
      const found = at(dataset, version).select(['row', 'state']).where('row', '>', after).orderBy('row').limit(limit)
      // As one text: an object for each of a million rows takes longer than finding them.
      const { rows, last } = await db
        .selectFrom(found.as('found'))
        .select(({ fn }) => [
          sql<string>`json_group_array(row) FILTER (WHERE state IN (${sql.join(states)}))`.as('rows'),
          fn.max('row').as('last'),
        ])
        .executeTakeFirstOrThrow()
      return { rows: JSON.parse(rows) as number[], last: last ?? undefined }
    },

    /** These rows of a version, in the order asked for; those that it lacks are left out. */
    async read(dataset: number, version: number, rows: readonly number[]): Promise<ViewedRow[]> {
      const found = at(dataset, version).select(['row', 'cells', 'state']).where('row', 'in', among(rows))
      const byNumber = new Map((await found.execute()).map((stored) => [stored.row, viewed(stored)]))
      return rows.flatMap((row) => byNumber.get(row) ?? [])
    },
  }
}

/** What reads the revisions themselves. */
const revisions = (db: Db) => ({
  /** Revisions that a version brought ('born') or ended ('died'), `limit` of them behind revision `after`. */
  async touched(
    dataset: number,
    version: number,
    how: 'born' | 'died',
    { after, limit }: { readonly after: number; readonly limit: number },
  ): Promise<{ readonly id: number; readonly row: number }[]> {
    return db
      .selectFrom('row_revisions')
      .select(['id', 'row'])
      .where('dataset', '=', dataset)
      .where(how, '=', version)
      .where('id', '>', after)
      .orderBy('id')
      .limit(limit)
      .execute()
  },

  /** Those of these rows of which the version ended a revision: it replaced them, where it did not bring them. */
  async replaced(dataset: number, version: number, rows: readonly number[]): Promise<ReadonlySet<number>> {
    const found = db.selectFrom('row_revisions').select('row').where('dataset', '=', dataset)
    const ended = await found.where(byRow('died'), '=', version).where('row', 'in', among(rows)).execute()
    return new Set(ended.map(({ row }) => row))
  },

  /** How many of these rows live in each state now, an operation under way included. */
  async states(dataset: number, rows: readonly number[]): Promise<StateCounts> {
    const counts = { used: 0, excluded: 0, trash: 0 }
    const alive = db.selectFrom('row_revisions').where('dataset', '=', dataset).where('died', 'is', null)
    const found = alive.where('row', 'in', among(rows))
    for (const { state, rows: living } of await found
      .select(['state', ({ fn }) => fn.countAll<number>().as('rows')])
      .groupBy('state')
      .execute())
      counts[state] = living
    return counts
  },

  /** The largest row number that was ever given. */
  async last(dataset: number): Promise<number> {
    const found = await db
      .selectFrom('row_revisions')
      .select(({ fn }) => fn.max('row').as('row'))
      .where('dataset', '=', dataset)
      .executeTakeFirst()
    return found?.row ?? 0
  },
})

/** What takes a version or a data set back, a limited number of revisions at a time; each method returns how many. */
const forgetting = (db: Db) => {
  const ids = () => db.selectFrom('row_revisions').select('id')
  const forget = async (which: (all: ReturnType<typeof ids>) => ReturnType<typeof ids>): Promise<number> => {
    const { numDeletedRows } = await db.deleteFrom('row_revisions').where('id', 'in', which(ids())).executeTakeFirst()
    return Number(numDeletedRows)
  }

  return {
    /** Deletes revisions that a version brought, `limit` at most. */
    async forgetBorn(dataset: number, version: number, limit: number): Promise<number> {
      return forget((found) => found.where('dataset', '=', dataset).where('born', '=', version).limit(limit))
    },

    /** Lets revisions live again that a version ended, `limit` at most. */
    async revive(dataset: number, version: number, limit: number): Promise<number> {
      const { numUpdatedRows } = await db
        .updateTable('row_revisions')
        .set({ died: null })
        .where('id', 'in', (of) =>
          of
            .selectFrom('row_revisions')
            .select('id')
            .where('dataset', '=', dataset)
            .where('died', '=', version)
            .limit(limit),
        )
        .executeTakeFirst()
      return Number(numUpdatedRows)
    },

    /** Deletes revisions of a data set, `limit` at most. */
    async forgetAll(dataset: number, limit: number): Promise<number> {
      return forget((found) => found.where('dataset', '=', dataset).limit(limit))
    },
  }
}
