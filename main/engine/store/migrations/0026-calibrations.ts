// Migration 26: a prompt keeps its calibration, and a run the answers to its validation set that it was calibrated on.
import { type Kysely, sql } from 'kysely'

const statements = [
  'ALTER TABLE prompts ADD COLUMN calibration TEXT CHECK (json_valid(calibration))',
  'ALTER TABLE opened_prompts ADD COLUMN calibration TEXT CHECK (json_valid(calibration))',
  `CREATE TABLE validation_answers (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    label TEXT NOT NULL,
    log_probabilities BLOB NOT NULL,
    PRIMARY KEY (run, row)
  ) STRICT, WITHOUT ROWID`,
]

export const calibrations = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
