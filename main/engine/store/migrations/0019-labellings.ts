// Migration 19: tables that tuned prompts label, and their answers row by row.
import { type Kysely, sql } from 'kysely'

const statements = [
  `CREATE TABLE labellings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file TEXT NOT NULL,
    hash TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'running', 'stopped', 'finished', 'failed')),
    text_column TEXT NOT NULL,
    context_column TEXT NOT NULL,
    prompts TEXT NOT NULL CHECK (json_valid(prompts)),
    read TEXT NOT NULL CHECK (json_valid(read)),
    error TEXT,
    created_at TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE labelled_rows (
    labelling INTEGER NOT NULL REFERENCES labellings (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    text TEXT NOT NULL,
    context TEXT NOT NULL,
    PRIMARY KEY (labelling, row)
  ) STRICT, WITHOUT ROWID`,
  // Rows without a text have no answers.
  `CREATE TABLE labelled_answers (
    labelling INTEGER NOT NULL,
    prompt INTEGER NOT NULL,
    row INTEGER NOT NULL,
    answer TEXT NOT NULL,
    confidence REAL NOT NULL,
    cut INTEGER NOT NULL,
    corrected TEXT,
    sent INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (labelling, prompt, row),
    FOREIGN KEY (labelling, row) REFERENCES labelled_rows (labelling, row) ON DELETE CASCADE
  ) STRICT, WITHOUT ROWID`,
  'CREATE INDEX labelled_answers_by_confidence ON labelled_answers (labelling, prompt, confidence)',
  'CREATE INDEX labelled_answers_by_row ON labelled_answers (labelling, row)',
]

export const labellings = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
