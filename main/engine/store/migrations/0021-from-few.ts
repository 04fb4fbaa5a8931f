// Migration 21: tables that a person begins to answer by hand, and answers that nobody has looked at.
import { type Kysely, sql } from 'kysely'

const statements = [
  // The data set that a labelling's right answers go into; the one that its prompt was tuned on where it is null.
  'ALTER TABLE labellings ADD COLUMN dataset INTEGER REFERENCES datasets (id) ON DELETE SET NULL',
  'ALTER TABLE labelled_answers ADD COLUMN unseen INTEGER NOT NULL DEFAULT 0 CHECK (unseen IN (0, 1))',
  `CREATE TABLE unseen_answers (
    dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (dataset, row)
  ) STRICT, WITHOUT ROWID`,
]

export const fromFew = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
