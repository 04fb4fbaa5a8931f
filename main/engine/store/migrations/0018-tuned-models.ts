// Migration 16: a model may be a run's result, and a checkpoint's tensors may lie in files.
import { type Kysely, sql } from 'kysely'

const statements = [
  // What it was made from, by the name that this had then: its base model may be renamed or removed.
  'ALTER TABLE models ADD COLUMN base TEXT',
  'ALTER TABLE models ADD COLUMN run INTEGER REFERENCES runs (id) ON DELETE SET NULL',
  'ALTER TABLE checkpoints ADD COLUMN files TEXT CHECK (json_valid(files))',
]

export const tunedModels = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
