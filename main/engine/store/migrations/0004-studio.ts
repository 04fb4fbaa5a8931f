// Migration 4: every connection to another computer, what the person chose for the studio, and models' shapes.
import { type Kysely, sql } from 'kysely'

const statements = [
  `CREATE TABLE connections (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sent INTEGER NOT NULL,
    received INTEGER NOT NULL,
    at TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE preferences (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL CHECK (json_valid(value))
  ) STRICT, WITHOUT ROWID`,
  `ALTER TABLE models ADD COLUMN config TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(config))`,
  `UPDATE models SET config = coalesce(json_extract(CAST(prepared AS TEXT), '$.config'), '{}')
    WHERE json_valid(CAST(prepared AS TEXT))`,
]

export const studio = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
