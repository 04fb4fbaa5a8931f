// Migration 8: answers that are written, and questions about a context. SQLite cannot loosen a CHECK: the table is made anew.
import { type Kysely, sql } from 'kysely'

export const tasks = {
  async up(db: Kysely<unknown>): Promise<void> {
    // Runs refer to its rows: whether they still do is asked at the end, when all are back.
    await sql`PRAGMA defer_foreign_keys = ON`.execute(db)
    await sql`CREATE TABLE tasks_before AS SELECT * FROM tasks`.execute(db)
    await sql`DROP TABLE tasks`.execute(db)
    await sql`CREATE TABLE tasks (
      id INTEGER PRIMARY KEY,
      dataset INTEGER NOT NULL REFERENCES datasets (id),
      kind TEXT NOT NULL CHECK (kind IN ('classification', 'generation', 'answering')),
      text_column TEXT NOT NULL,
      label_column TEXT NOT NULL,
      context_column TEXT NOT NULL,
      labels TEXT NOT NULL CHECK (json_valid(labels)),
      UNIQUE (dataset, kind, text_column, label_column, context_column, labels)
    ) STRICT`.execute(db)
    await sql`INSERT INTO tasks SELECT id, dataset, kind, text_column, label_column, '', labels FROM tasks_before`.execute(
      db,
    )
    await sql`DROP TABLE tasks_before`.execute(db)
  },
}
