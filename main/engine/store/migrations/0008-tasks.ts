// Migration 8: answers that are written, and questions about a context. SQLite cannot loosen a CHECK: the table is made anew.
import { type Kysely, sql } from 'kysely'

export const tasks = {
  /** In a transaction of its own: kysely gives SQLite's migrations none, and a crash must not find the table gone. */
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}

const statements = [
  // Runs refer to its rows: whether they still do is asked at the end, when all are back.
  'PRAGMA defer_foreign_keys = ON',
  'CREATE TABLE tasks_before AS SELECT * FROM tasks',
  'DROP TABLE tasks',
  `CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES datasets (id),
    kind TEXT NOT NULL CHECK (kind IN ('classification', 'generation', 'answering')),
    text_column TEXT NOT NULL,
    label_column TEXT NOT NULL,
    context_column TEXT NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    UNIQUE (dataset, kind, text_column, label_column, context_column, labels)
  ) STRICT`,
  `INSERT INTO tasks SELECT id, dataset, kind, text_column, label_column, '', labels FROM tasks_before`,
  'DROP TABLE tasks_before',
]
