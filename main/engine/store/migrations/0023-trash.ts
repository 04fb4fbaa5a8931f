// Migration 23: runs and opened prompts may lie in the trash, and the names of those that are deleted are not given again.
import { type Kysely, sql } from 'kysely'

const statements = [
  'ALTER TABLE runs ADD COLUMN trashed_at TEXT',
  'ALTER TABLE opened_prompts ADD COLUMN trashed_at TEXT',
  // By their hashes: what was deleted may have been secret, its name included.
  'CREATE TABLE retired_names (sha256 TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID',
]

export const trash = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
