// Migration 22: a run knows what the model alone answers on its validation set.
import { type Kysely, sql } from 'kysely'

export const untuned = {
  up: async (db: Kysely<unknown>): Promise<void> => {
    await sql.raw('ALTER TABLE runs ADD COLUMN untuned TEXT CHECK (json_valid(untuned))').execute(db)
  },
}
