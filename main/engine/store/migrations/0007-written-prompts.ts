// Migration 7: runs are judged beside written prompts. One is no prompt as far as virtual tokens go, but for its words.
import { type Kysely, sql } from 'kysely'

export const writtenPrompts = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`ALTER TABLE evaluations ADD COLUMN written TEXT`.execute(db)
  },
}
