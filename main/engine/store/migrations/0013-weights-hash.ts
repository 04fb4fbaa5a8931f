// Migration 13: a model's identity covers its config and tokenizer too; until then it was that of its weights.
import { type Kysely, sql } from 'kysely'

export const weightsHash = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE models ADD COLUMN weights_hash TEXT NOT NULL DEFAULT ''`.execute(db)
    await sql`UPDATE models SET weights_hash = hash`.execute(db)
  },
}
