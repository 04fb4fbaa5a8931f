// Table row_revisions: a row's content lives from one version to another; nothing is ever overwritten.
import { sql } from 'kysely'
import type { RowState, VersionRecord } from '../../../contract/records.ts'
import type { ViewedRow } from '../../../contract/service.ts'
import type { Db } from '../schema.ts'
import type { StateCounts } from './datasets.ts'

/** SQLite takes at most 32,766 bound values a statement; a revision needs five. */
const CHUNK = 2000

interface StoredRow {
  readonly row: number
  readonly cells: string
  readonly state: RowState
}

const viewed = ({ row, cells, state }: StoredRow): ViewedRow => ({ row, cells: JSON.parse(cells) as string[], state })

function* chunksOf<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += CHUNK) yield items.slice(at, at + CHUNK)
}

/** The plus keeps SQLite to the index by rows: the one by deaths would read all that a version ended, every time. */
const byRow = (died: string) => sql<number>`+${sql.ref(died)}`

export const rowRepository = (db: Db) => {
  /** The revisions that a version consists of. */
  const at = (dataset: number, version: number) =>
    db
      .selectFrom('row_revisions')
      .where('dataset', '=', dataset)
      .where('born', '<=', version)
      .where(({ or, eb }) => or([eb('died', 'is', null), eb('died', '>', version)]))

  const alive = (dataset: number, rows: readonly number[]) =>
    db.selectFrom('row_revisions').where('dataset', '=', dataset).where('died', 'is', null).where('row', 'in', rows)

  const put = async ({ dataset, number }: VersionRecord, rows: readonly StoredRow[]): Promise<void> => {
    for (const some of chunksOf(rows))
      await db
        .insertInto('row_revisions')
        .values(some.map(({ row, cells, state }) => ({ dataset, row, born: number, cells, state })))
        .execute()
  }

  const end = async ({ dataset, number }: VersionRecord, rows: readonly number[]): Promise<void> => {
    for (const some of chunksOf(rows))
      await db
        .updateTable('row_revisions')
        .set({ died: number })
        .where('dataset', '=', dataset)
        .where('died', 'is', null)
        .where('row', 'in', some)
        .execute()
  }

  return {
    async insert(
      version: VersionRecord,
      rows: readonly { readonly row: number; readonly cells: readonly string[]; readonly state?: RowState }[],
    ): Promise<void> {
      await put(
        version,
        rows.map(({ row, cells, state = 'used' }) => ({ row, cells: JSON.stringify(cells), state })),
      )
    },

    /** Gives rows new cells and states; those that were there die with this version. */
    async replace(version: VersionRecord, rows: readonly ViewedRow[]): Promise<void> {
      await end(
        version,
        rows.map(({ row }) => row),
      )
      await put(
        version,
        rows.map(({ row, cells, state }) => ({ row, cells: JSON.stringify(cells), state })),
      )
    },

    /** Makes rows again what they were before version `target` touched them; later changes must be undone already. */
    async restore(version: VersionRecord, target: number, rows: readonly number[]): Promise<void> {
      await end(version, rows)
      for (const some of chunksOf(rows)) {
        const before = await db
          .selectFrom('row_revisions')
          .select(['row', 'cells', 'state'])
          .where('dataset', '=', version.dataset)
          .where(byRow('died'), '=', target)
          .where('born', '<>', target)
          .where('row', 'in', some)
          .execute()
        await put(version, before)
      }
    },

    /**
     * Revisions that a version brought ('born') or ended ('died'), `limit` of them behind revision `after`; `added` where
     * it brought one and ended none of the same row.
     */
    async touched(
      dataset: number,
      version: number,
      how: 'born' | 'died',
      { after, limit }: { readonly after: number; readonly limit: number },
    ): Promise<{ readonly id: number; readonly row: number; readonly added: boolean }[]> {
      const found = await db
        .selectFrom('row_revisions as r')
        .select(({ exists, selectFrom }) => [
          'id',
          'row',
          exists(
            selectFrom('row_revisions as before')
              .select('before.id')
              .whereRef('before.dataset', '=', 'r.dataset')
              .whereRef('before.row', '=', 'r.row')
              .where(byRow('before.died'), '=', version),
          ).as('replaced'),
        ])
        .where('dataset', '=', dataset)
        .where(how, '=', version)
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return found.map(({ id, row, replaced }) => ({ id, row, added: Number(replaced) === 0 }))
    },

    /** The version's rows in order, `limit` of them behind row number `after`. */
    async page(dataset: number, version: number, after: number, limit: number): Promise<ViewedRow[]> {
      const found = at(dataset, version).select(['row', 'cells', 'state']).where('row', '>', after)
      return (await found.orderBy('row').limit(limit).execute()).map(viewed)
    },

    /** As `page`, without the cells. */
    async numbers(
      dataset: number,
      version: number,
      after: number,
      limit: number,
    ): Promise<{ readonly row: number; readonly state: RowState }[]> {
      const found = at(dataset, version).select(['row', 'state']).where('row', '>', after)
      return found.orderBy('row').limit(limit).execute()
    },

    /** These rows of a version, in the order asked for; those that it lacks are left out. */
    async read(dataset: number, version: number, rows: readonly number[]): Promise<ViewedRow[]> {
      const byRow = new Map<number, ViewedRow>()
      for (const some of chunksOf(rows)) {
        const found = at(dataset, version).select(['row', 'cells', 'state']).where('row', 'in', some)
        for (const stored of await found.execute()) byRow.set(stored.row, viewed(stored))
      }
      return rows.flatMap((row) => byRow.get(row) ?? [])
    },

    /** How many of these rows live in each state now, an operation under way included. */
    async states(dataset: number, rows: readonly number[]): Promise<StateCounts> {
      const counts = { used: 0, excluded: 0, trash: 0 }
      for (const some of chunksOf(rows)) {
        const found = alive(dataset, some).select(['state', ({ fn }) => fn.countAll<number>().as('rows')])
        for (const { state, rows } of await found.groupBy('state').execute()) counts[state] += rows
      }
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
  }
}
