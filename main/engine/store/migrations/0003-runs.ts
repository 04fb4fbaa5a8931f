// Migration 3: what a person writes about a run, and the validation rows as they were answered.
import { type Kysely, sql } from 'kysely'

const statements = [
  `ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(tags))`,
  `ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1))`,
  `ALTER TABLE validations ADD COLUMN answers TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(answers))`,
  // A list of runs looks up each one's step and its evaluations.
  `CREATE INDEX runs_by_dataset ON runs (dataset)`,
]

export const runs = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
