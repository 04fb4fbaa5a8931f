// Migration 6: prompts that were tuned elsewhere and opened from a file.
import { type Kysely, sql } from 'kysely'

export const openedPrompts = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`CREATE TABLE opened_prompts (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      model INTEGER NOT NULL REFERENCES models (id),
      labels TEXT NOT NULL CHECK (json_valid(labels)),
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      model_hash TEXT NOT NULL,
      figures TEXT NOT NULL CHECK (json_valid(figures)),
      vectors BLOB NOT NULL,
      sha256 TEXT NOT NULL,
      created_at TEXT NOT NULL
    ) STRICT`.execute(db)
  },
}
