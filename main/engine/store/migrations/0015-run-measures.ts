// Migration 15: what tuning a run's prompt took and using it takes, measured at the run's end; runs from before have none.
import { type Kysely, sql } from 'kysely'

export const runMeasures = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`CREATE TABLE run_measures (
      run INTEGER PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
      parameters INTEGER NOT NULL,
      file_bytes INTEGER NOT NULL,
      precompute_seconds REAL NOT NULL,
      peak_bytes INTEGER,
      answer_milliseconds REAL,
      switch_milliseconds REAL NOT NULL,
      neutral_alone REAL,
      neutral_tuned REAL,
      CHECK ((neutral_alone IS NULL) = (neutral_tuned IS NULL))
    ) STRICT`.execute(db)
  },
}
