// Migration 16: the tensors from which runs started that go on from an earlier prompt, which may be removed before them.
import { type Kysely, sql } from 'kysely'

export const starts = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`CREATE TABLE starts (
      sha256 TEXT PRIMARY KEY,
      settings TEXT NOT NULL CHECK (json_valid(settings)),
      model_hash TEXT NOT NULL,
      vectors BLOB NOT NULL
    ) STRICT`.execute(db)
  },
}
