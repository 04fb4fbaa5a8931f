// Migration 20: a checkpoint has the prompts of all folds that cross-validate its run.
import { type Kysely, sql } from 'kysely'

const kept = 'run, kind, step, loss, stale, finished, diverged, precomputes, files, vectors, sha256'

const statements = [
  `CREATE TABLE checkpoints_of_folds (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    fold INTEGER NOT NULL DEFAULT 0 CHECK (fold >= 0),
    kind TEXT NOT NULL CHECK (kind IN ('last', 'best')),
    step INTEGER NOT NULL,
    loss REAL,
    stale INTEGER NOT NULL,
    finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
    diverged INTEGER NOT NULL DEFAULT 0 CHECK (diverged IN (0, 1)),
    precomputes INTEGER,
    files TEXT CHECK (json_valid(files)),
    vectors BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, fold, kind)
  ) STRICT`,
  `INSERT INTO checkpoints_of_folds (fold, ${kept}) SELECT 0, ${kept} FROM checkpoints`,
  'DROP TABLE checkpoints',
  'ALTER TABLE checkpoints_of_folds RENAME TO checkpoints',
]

export const folds = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
