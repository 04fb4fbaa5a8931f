// Opens the studio's database: settings, migrations, and one repository per table.
import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import { Kysely, sql, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { studioError } from '../../contract/errors/index.ts'
import { migrations } from './migrations/index.ts'
import type { Db, Schema } from './schema.ts'
import { checkpointRepository } from './tables/checkpoints.ts'
import { connectionRepository } from './tables/connections.ts'
import { datasetRepository } from './tables/datasets.ts'
import { evaluationRepository } from './tables/evaluations.ts'
import { metricRepository } from './tables/metrics.ts'
import { modelRepository } from './tables/models.ts'
import { noteRepository } from './tables/notes.ts'
import { openedPromptRepository } from './tables/opened-prompts.ts'
import { preferenceRepository } from './tables/preferences.ts'
import { promptRepository } from './tables/prompts.ts'
import { rowRepository } from './tables/rows.ts'
import { runRepository } from './tables/runs.ts'
import { sweepRepository } from './tables/sweeps.ts'
import { taskRepository } from './tables/tasks.ts'

const repositories = (db: Db) => ({
  models: modelRepository(db),
  datasets: datasetRepository(db),
  rows: rowRepository(db),
  tasks: taskRepository(db),
  runs: runRepository(db),
  sweeps: sweepRepository(db),
  metrics: metricRepository(db),
  notes: noteRepository(db),
  checkpoints: checkpointRepository(db),
  prompts: promptRepository(db),
  openedPrompts: openedPromptRepository(db),
  evaluations: evaluationRepository(db),
  connections: connectionRepository(db),
  preferences: preferenceRepository(db),
})

export type Tables = ReturnType<typeof repositories>

export interface Store extends Tables {
  /** Runs `work` in a transaction; inside, only the tables passed to it may be used. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>
  /**
   * A transaction that a power cut may undo until an ordinary one follows it: for the many pieces of an operation that
   * counts once it is complete, and is undone at the next start where it is not.
   */
  piece<T>(work: (tables: Tables) => Promise<T>): Promise<T>
  /** Copies the whole database while it stays in use. `onProgress` cancels the copy by throwing. */
  copy(path: string, onProgress: (done: number, total: number) => void): Promise<void>
  close(): Promise<void>
}

/*
 * synchronous = FULL: every commit is on the disk before it is acknowledged, so a checkpoint survives even a power cut.
 * Commits are few (metrics go in with the checkpoint that follows them), so the price is a handful of milliseconds each.
 */
const pragmas = [
  'journal_mode = WAL',
  'synchronous = FULL',
  'foreign_keys = ON',
  'busy_timeout = 5000',
  // 32 MB: with 2, a change of many rows reads its indices from the disk again and again.
  'cache_size = -32000',
  // A checkpoint of the log is small, since the commit that triggers it has to wait.
  'wal_autocheckpoint = 500',
]

/** Opens or creates the database file and brings it up to date. Errors: 'store/cannot-open', 'store/newer'. */
export async function openStore(path: string): Promise<Store> {
  const database = openDatabase(path)
  const db: Db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
  try {
    await migrate(db, path)
  } catch (error) {
    await db.destroy()
    throw error
  }
  return {
    ...repositories(db),
    transaction: (work) => db.transaction().execute((trx) => work(repositories(trx))),
    piece: (work) =>
      db.connection().execute(async (one) => {
        await sql`PRAGMA synchronous = NORMAL`.execute(one)
        try {
          return await one.transaction().execute((trx) => work(repositories(trx)))
        } finally {
          await sql`PRAGMA synchronous = FULL`.execute(one)
        }
      }),
    copy: (target, onProgress) => copyDatabase(database, target, onProgress),
    close: () => db.destroy(),
  }
}

function openDatabase(path: string): Database.Database {
  try {
    mkdirSync(dirname(path), { recursive: true })
    const database = new Database(path)
    for (const pragma of pragmas) database.pragma(pragma)
    return database
  } catch (error) {
    throw studioError('store/cannot-open', path, reason(error))
  }
}

/** Pages that are copied before the event loop gets its turn: a few milliseconds' work. */
const pagesAtOnce = 500

async function copyDatabase(
  database: Database.Database,
  target: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  await database.backup(target, {
    progress: ({ totalPages, remainingPages }) => {
      onProgress(totalPages - remainingPages, totalPages)
      return pagesAtOnce
    },
  })
}

async function migrate(db: Db, path: string): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error === undefined) return
  // kysely's words for a database that has run a migration which this code does not know.
  if (/previously executed migration .* is missing/.test(reason(error))) throw studioError('store/newer', path)
  throw studioError('store/cannot-open', path, reason(error))
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error))
