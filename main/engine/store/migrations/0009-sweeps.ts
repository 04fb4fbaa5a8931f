// Migration 9: sweeps, and which runs are theirs.
import { type Kysely, sql } from 'kysely'

const statements = [
  `CREATE TABLE sweeps (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('running', 'paused', 'finished')),
    dataset INTEGER NOT NULL,
    version INTEGER NOT NULL,
    task INTEGER NOT NULL REFERENCES tasks (id),
    plan TEXT NOT NULL CHECK (json_valid(plan)),
    split TEXT NOT NULL CHECK (json_valid(split)),
    error TEXT,
    created_at TEXT NOT NULL,
    ended_at TEXT,
    FOREIGN KEY (dataset, version) REFERENCES versions (dataset, number)
  ) STRICT`,
  // A run that its owner discards leaves its place empty, so that it is not begun again.
  `CREATE TABLE sweep_runs (
    sweep INTEGER NOT NULL REFERENCES sweeps (id) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    run INTEGER UNIQUE REFERENCES runs (id) ON DELETE SET NULL,
    PRIMARY KEY (sweep, place)
  ) STRICT, WITHOUT ROWID`,
]

export const sweeps = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
