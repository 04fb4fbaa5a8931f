// Migration 5: versions may be named by their owner.
import { type Kysely, sql } from 'kysely'

export const versionNames = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE versions ADD COLUMN name TEXT`.execute(db)
  },
}
