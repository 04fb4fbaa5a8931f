// Migration 27: the shelf, with the versions of what stands there and how often each answered by day.
import { type Kysely, sql } from 'kysely'

const statements = [
  `CREATE TABLE shelf (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    purpose TEXT NOT NULL,
    version INTEGER NOT NULL,
    candidate INTEGER,
    last INTEGER NOT NULL
  ) STRICT`,
  `CREATE TABLE shelf_versions (
    item INTEGER NOT NULL REFERENCES shelf (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    run INTEGER REFERENCES runs (id) ON DELETE CASCADE,
    prompt INTEGER REFERENCES opened_prompts (id) ON DELETE CASCADE,
    put_at TEXT NOT NULL,
    PRIMARY KEY (item, number),
    CHECK ((run IS NULL) <> (prompt IS NULL))
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE shelf_answers (
    item INTEGER NOT NULL REFERENCES shelf (id) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    day TEXT NOT NULL,
    label TEXT NOT NULL,
    answers INTEGER NOT NULL,
    PRIMARY KEY (item, version, day, label)
  ) STRICT, WITHOUT ROWID`,
]

export const shelf = {
  up: (db: Kysely<unknown>): Promise<void> =>
    db.transaction().execute(async (transaction) => {
      for (const statement of statements) await sql.raw(statement).execute(transaction)
    }),
}
