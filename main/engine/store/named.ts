// What the tables of runs and sweeps have in common: records with a name, a state that may end, and the rows of their split.
import type { Generated, Insertable, Kysely } from 'kysely'
import { studioError } from '../../contract/errors/index.ts'
import type { SplitRows } from '../../contract/records.ts'
import type { LateState, LateStates } from './late.ts'
import type { Db, Schema } from './schema.ts'

type NamedTable = 'runs' | 'sweeps'

/** The columns that both tables have. */
interface NamedRow {
  id: Generated<number>
  name: string
  state: string
  split: string
  error: string | null
  created_at: string
  ended_at: string | null
}

/** What a caller inserts; the rest is the same for every new record. */
type NewRow<T extends NamedTable> = Omit<Insertable<Schema[T]>, 'id' | 'name' | 'error' | 'created_at' | 'ended_at'>

export interface NamedOptions<T extends NamedTable, Row, R> {
  readonly table: T
  /** States that are not in the table yet. */
  readonly late: LateStates
  /** What errors call a record, and what its default name begins with. */
  readonly kind: 'run' | 'sweep'
  readonly columns: readonly (keyof Row & string)[]
  readonly record: (row: Row) => R
  readonly hasEnded: (state: Schema[T]['state']) => boolean
  /** The state as the table has it; the same where absent. */
  readonly stored?: (state: Schema[T]['state']) => Schema[T]['state']
  /** Whether something outside the table has this name. */
  readonly isTaken?: (name: string) => Promise<boolean>
}

/** Insertion, reading and the state of named records; `Row`: the columns that are read. */
export function namedRecords<T extends NamedTable, Row, R>(
  db: Db,
  { table, late, kind, columns, record, hasEnded, stored = (state) => state, isTaken }: NamedOptions<T, Row, R>,
) {
  // To kysely both tables are one of the shared columns, here called `records`.
  const named = db as unknown as Kysely<{ records: NamedRow }>
  const records = table as string as 'records'
  // The selected columns are those of `Row`, which kysely cannot know of a table by its name alone.
  const selected = columns as readonly 'id'[]
  const recordOf = (row: object): R => record({ ...row, ...late.of(table, (row as { id: number }).id) } as Row)
  const rows = () => named.selectFrom(records).select(selected)
  const stateOf = (state: Schema[T]['state'], error: string | undefined): LateState => ({
    state: stored(state),
    error: error ?? null,
    ended_at: hasEnded(state) ? new Date().toISOString() : null,
  })

  return {
    /** `name` undefined = the kind and a number. Error: 'store/name-taken'. */
    async insert(name: string | undefined, values: NewRow<T>): Promise<R> {
      const chosen = name ?? (await freeName(named, records, { kind, isTaken }))
      const created = { name: chosen, error: null, created_at: new Date().toISOString(), ended_at: null }
      const row = await named
        .insertInto(records)
        .values({ ...(values as NewRow<NamedTable>), ...created })
        .onConflict((conflict) => conflict.column('name').doNothing())
        .returning(selected)
        .executeTakeFirst()
      if (!row) throw studioError('store/name-taken', kind, chosen)
      return recordOf(row)
    },

    list: async (): Promise<R[]> => (await rows().orderBy('id').execute()).map(recordOf),

    async byId(id: number): Promise<R | undefined> {
      const row = await rows().where('id', '=', id).executeTakeFirst()
      return row && recordOf(row)
    },

    /** By name first, then by number. */
    async find(name: string): Promise<R | undefined> {
      const ids = /^\d{1,15}$/.test(name) ? [Number(name)] : []
      const row = await rows()
        .where(({ or, eb }) => or([eb('name', '=', name), ...ids.map((id) => eb('id', '=', id))]))
        .orderBy(({ eb }) => eb('name', '=', name), 'desc')
        .executeTakeFirst()
      return row && recordOf(row)
    },

    /** Error: 'store/missing'. */
    async split(id: number): Promise<SplitRows> {
      const row = await named.selectFrom(records).select('split').where('id', '=', id).executeTakeFirst()
      if (!row) throw studioError('store/missing', kind, String(id))
      return JSON.parse(row.split) as SplitRows
    },

    async setState(id: number, state: Schema[T]['state'], error?: string): Promise<void> {
      await writeState(db, table, id, stateOf(state, error))
      late.drop(table, id)
    },

    /** As `setState`, but the state holds also where the database cannot take it now: it is written later. */
    async settle(id: number, state: Schema[T]['state'], error?: string): Promise<void> {
      late.set(table, id, stateOf(state, error))
      await late.writeNow(table, id)
    },
  }
}

/** Writes a state into its row. */
export async function writeState(db: Db, table: NamedTable, id: number, values: LateState): Promise<void> {
  const named = db as unknown as Kysely<{ records: NamedRow }>
  await named
    .updateTable(table as string as 'records')
    .set({ ...values })
    .where('id', '=', id)
    .execute()
}

/** The kind and the first number that no record has, from the next id on. */
async function freeName(
  named: Kysely<{ records: NamedRow }>,
  records: 'records',
  { kind, isTaken }: { readonly kind: string; readonly isTaken: ((name: string) => Promise<boolean>) | undefined },
): Promise<string> {
  const hasName = async (name: string): Promise<boolean> => {
    const own = await named.selectFrom(records).select('id').where('name', '=', name).executeTakeFirst()
    return own !== undefined || (await isTaken?.(name)) === true
  }
  const last = named.selectFrom(records).select(({ fn }) => fn.max('id').as('id'))
  let number = ((await last.executeTakeFirstOrThrow()).id ?? 0) + 1
  while (await hasName(`${kind}-${String(number)}`)) number++
  return `${kind}-${String(number)}`
}
