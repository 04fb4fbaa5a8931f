// Migration 14: a checkpoint knows whether its run diverged, an opened prompt whether its answers were checked.
import { type Kysely, sql } from 'kysely'

const statements = [
  'ALTER TABLE checkpoints ADD COLUMN diverged INTEGER NOT NULL DEFAULT 0 CHECK (diverged IN (0, 1))',
  'ALTER TABLE opened_prompts ADD COLUMN checked INTEGER NOT NULL DEFAULT 1 CHECK (checked IN (0, 1))',
  // Until now only the answers of prompts with labels were checked.
  `UPDATE opened_prompts SET checked = 0 WHERE json_array_length(labels) = 0`,
]

export const diverged = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
