// Migration 26: a prompt keeps its calibration, a run the answers that it was calibrated on, an answer how many prompts agree on it.
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
  'ALTER TABLE labelled_answers ADD COLUMN agreeing INTEGER',
]

export const calibrations = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
