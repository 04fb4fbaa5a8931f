// Migration 2: rows may be excluded or thrown away, versions say what was done, data sets know their columns' roles.
import { type Kysely, sql } from 'kysely'

const statements = [
  `ALTER TABLE row_revisions ADD COLUMN state TEXT NOT NULL DEFAULT 'used' CHECK (state IN ('used', 'excluded', 'trash'))`,
  `ALTER TABLE versions ADD COLUMN description TEXT NOT NULL DEFAULT ''`,
  // How many rows stand in each state, so that nobody counts a million of them to show a list.
  `ALTER TABLE versions ADD COLUMN counts TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(counts))`,
  `UPDATE versions SET counts = json_object('used', (
    SELECT count(*) FROM row_revisions r WHERE r.dataset = versions.dataset AND r.born <= versions.number
      AND (r.died IS NULL OR r.died > versions.number)))`,
  `ALTER TABLE datasets ADD COLUMN roles TEXT CHECK (json_valid(roles))`,
]

export const curate = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
