// Migration 25: data sets may lie in the trash, and a version keeps how many problems were found in it.
import { type Kysely, sql } from 'kysely'

const statements = ['ALTER TABLE datasets ADD COLUMN trashed_at TEXT', 'ALTER TABLE versions ADD COLUMN problems TEXT']

export const keptData = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
