// Migration 1: every table of the first release.
import { type Kysely, sql } from 'kysely'

const statements = [
  `CREATE TABLE models (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL,
    source TEXT NOT NULL,
    folder TEXT NOT NULL,
    family TEXT NOT NULL,
    licence TEXT,
    prepared BLOB NOT NULL,
    added_at TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE datasets (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    hash TEXT NOT NULL,
    columns TEXT NOT NULL CHECK (json_valid(columns)),
    created_at TEXT NOT NULL
  ) STRICT`,
  `CREATE INDEX datasets_by_hash ON datasets (hash)`,
  `CREATE TABLE versions (
    dataset INTEGER NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
    number INTEGER NOT NULL CHECK (number >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('import', 'edit', 'undo')),
    undoes INTEGER,
    complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
    created_at TEXT NOT NULL,
    PRIMARY KEY (dataset, number),
    FOREIGN KEY (dataset, undoes) REFERENCES versions (dataset, number)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE row_revisions (
    id INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL,
    row INTEGER NOT NULL,
    born INTEGER NOT NULL,
    died INTEGER CHECK (died > born),
    cells TEXT NOT NULL CHECK (json_valid(cells)),
    FOREIGN KEY (dataset, born) REFERENCES versions (dataset, number) ON DELETE CASCADE,
    FOREIGN KEY (dataset, died) REFERENCES versions (dataset, number)
  ) STRICT`,
  `CREATE UNIQUE INDEX row_revisions_by_row ON row_revisions (dataset, row, born)`,
  `CREATE UNIQUE INDEX row_revisions_alive ON row_revisions (dataset, row) WHERE died IS NULL`,
  `CREATE INDEX row_revisions_by_birth ON row_revisions (dataset, born)`,
  `CREATE INDEX row_revisions_by_death ON row_revisions (dataset, died) WHERE died IS NOT NULL`,
  `CREATE TABLE tasks (
    id INTEGER PRIMARY KEY,
    dataset INTEGER NOT NULL REFERENCES datasets (id),
    kind TEXT NOT NULL CHECK (kind IN ('classification')),
    text_column TEXT NOT NULL,
    label_column TEXT NOT NULL,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    UNIQUE (dataset, kind, text_column, label_column, labels)
  ) STRICT`,
  `CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'stopped', 'finished', 'failed', 'interrupted')),
    task INTEGER NOT NULL REFERENCES tasks (id),
    model INTEGER NOT NULL REFERENCES models (id),
    dataset INTEGER NOT NULL,
    version INTEGER NOT NULL,
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    seed INTEGER NOT NULL,
    split TEXT NOT NULL CHECK (json_valid(split)),
    error TEXT,
    created_at TEXT NOT NULL,
    ended_at TEXT,
    FOREIGN KEY (dataset, version) REFERENCES versions (dataset, number)
  ) STRICT`,
  `CREATE INDEX runs_by_state ON runs (state)`,
  `CREATE TABLE steps (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    loss REAL,
    learning_rate REAL NOT NULL,
    gradient_norm REAL,
    token_norms BLOB NOT NULL,
    examples INTEGER NOT NULL,
    milliseconds REAL NOT NULL,
    PRIMARY KEY (run, step)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE validations (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    loss REAL,
    accuracy REAL NOT NULL,
    best INTEGER NOT NULL CHECK (best IN (0, 1)),
    PRIMARY KEY (run, step)
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE notes (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL
  ) STRICT`,
  `CREATE INDEX notes_by_run ON notes (run, step)`,
  `CREATE TABLE checkpoints (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('last', 'best')),
    step INTEGER NOT NULL,
    loss REAL,
    stale INTEGER NOT NULL,
    finished INTEGER NOT NULL CHECK (finished IN (0, 1)),
    vectors BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    PRIMARY KEY (run, kind)
  ) STRICT`,
  `CREATE TABLE prompts (
    run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
    labels TEXT NOT NULL CHECK (json_valid(labels)),
    settings TEXT NOT NULL CHECK (json_valid(settings)),
    model_hash TEXT NOT NULL,
    vectors BLOB NOT NULL,
    sha256 TEXT NOT NULL,
    created_at TEXT NOT NULL
  ) STRICT`,
  `CREATE TABLE evaluations (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    subject TEXT NOT NULL CHECK (subject IN ('no prompt', 'tuned prompt')),
    dataset INTEGER NOT NULL,
    version INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    accuracy REAL NOT NULL,
    macro_f1 REAL NOT NULL,
    created_at TEXT NOT NULL,
    FOREIGN KEY (dataset, version) REFERENCES versions (dataset, number)
  ) STRICT`,
  `CREATE INDEX evaluations_by_run ON evaluations (run)`,
  `CREATE TABLE evaluation_rows (
    evaluation INTEGER NOT NULL REFERENCES evaluations (id) ON DELETE CASCADE,
    row INTEGER NOT NULL,
    label TEXT NOT NULL,
    predicted TEXT NOT NULL,
    log_probabilities BLOB NOT NULL,
    PRIMARY KEY (evaluation, row)
  ) STRICT, WITHOUT ROWID`,
]

export const first = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
}
