// Migration 16: evaluations of more subjects. SQLite cannot loosen a CHECK: the tables are made anew.
import { type Kysely, sql } from 'kysely'

export const subjects = {
  /** In a transaction of its own: kysely gives SQLite's migrations none, and a crash must not find the tables gone. */
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}

/** The columns but for the subject, which a hand-written prompt had in common with no prompt. */
const kept = 'dataset, version, rows, created_at, headline, metrics'

const statements = [
  `CREATE TABLE evaluations_after (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    dataset INTEGER NOT NULL,
    version INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    headline TEXT NOT NULL,
    metrics TEXT NOT NULL CHECK (json_valid(metrics)),
    hand_written TEXT,
    FOREIGN KEY (dataset, version) REFERENCES versions (dataset, number)
  ) STRICT`,
  `INSERT INTO evaluations_after (id, run, subject, ${kept}, hand_written)
    SELECT id, run, iif(written IS NULL, subject, 'hand-written prompt'), ${kept}, written FROM evaluations`,
  `CREATE TABLE evaluation_rows_after (
    evaluation INTEGER NOT NULL REFERENCES evaluations_after (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    label TEXT NOT NULL,
    predicted TEXT NOT NULL,
    log_probabilities BLOB NOT NULL,
    metrics TEXT NOT NULL CHECK (json_valid(metrics)),
    PRIMARY KEY (evaluation, row)
  ) STRICT, WITHOUT ROWID`,
  `INSERT INTO evaluation_rows_after SELECT evaluation, row, label, predicted, log_probabilities, metrics FROM evaluation_rows`,
  // The rows first: with their evaluations they would be deleted one by one.
  'DROP TABLE evaluation_rows',
  'DROP TABLE evaluations',
  // References follow a table to its new name.
  'ALTER TABLE evaluations_after RENAME TO evaluations',
  'ALTER TABLE evaluation_rows_after RENAME TO evaluation_rows',
  'CREATE INDEX evaluations_by_run ON evaluations (run)',
]
