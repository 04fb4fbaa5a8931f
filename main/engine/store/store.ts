// Opens the studio's database: settings, migrations, and one repository per table.
import { dirname } from 'node:path'
import type Database from 'better-sqlite3'
import { Kysely, sql, SqliteDialect } from 'kysely'
import { Migrator } from 'kysely/migration'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { keepMargin } from '../disk.ts'
import { guarded, openDatabase, openReadOnly } from './connection.ts'
import { bytesOf, copyDatabase } from './copy.ts'
import { storeFailure } from './failures.ts'
import { createLateStates, type LateStates } from './late.ts'
import { migrations } from './migrations/index.ts'
import { writeState } from './named.ts'
import type { Db, Schema } from './schema.ts'
import { refuseDamaged } from './sound.ts'
import { createShrinking, freePages, makeShrinkable } from './shrink.ts'
import { checkpointRepository } from './tables/checkpoints.ts'
import { connectionRepository } from './tables/connections.ts'
import { datasetRepository } from './tables/datasets.ts'
import { evaluationRepository } from './tables/evaluations.ts'
import { labellingRepository } from './tables/labellings.ts'
import { measureRepository } from './tables/measures.ts'
import { metricRepository } from './tables/metrics.ts'
import { modelRepository } from './tables/models.ts'
import { nameRepository } from './tables/names.ts'
import { noteRepository } from './tables/notes.ts'
import { openedPromptRepository } from './tables/opened-prompts.ts'
import { preferenceRepository } from './tables/preferences.ts'
import { promptRepository } from './tables/prompts.ts'
import { rowRepository } from './tables/rows.ts'
import { runRepository } from './tables/runs.ts'
import { shelfRepository } from './tables/shelf.ts'
import { startRepository } from './tables/starts.ts'
import { sweepRepository } from './tables/sweeps.ts'
import { taskRepository } from './tables/tasks.ts'
import { unseenAnswerRepository } from './tables/unseen-answers.ts'
import { validationAnswerRepository } from './tables/validation-answers.ts'

const repositories = (db: Db, late: LateStates) => ({
  models: modelRepository(db),
  datasets: datasetRepository(db),
  rows: rowRepository(db),
  tasks: taskRepository(db),
  runs: runRepository(db, late),
  sweeps: sweepRepository(db, late),
  measures: measureRepository(db),
  metrics: metricRepository(db),
  notes: noteRepository(db),
  checkpoints: checkpointRepository(db),
  prompts: promptRepository(db),
  openedPrompts: openedPromptRepository(db),
  shelf: shelfRepository(db),
  starts: startRepository(db),
  evaluations: evaluationRepository(db),
  validationAnswers: validationAnswerRepository(db),
  labellings: labellingRepository(db),
  unseenAnswers: unseenAnswerRepository(db),
  names: nameRepository(db),
  connections: connectionRepository(db),
  preferences: preferenceRepository(db),
})

export type Tables = ReturnType<typeof repositories>

export interface Store extends Tables {
  /** Runs `work` in a transaction; inside, only the tables passed to it may be used. */
  transaction<T>(work: (tables: Tables) => Promise<T>): Promise<T>
  /**
   * A transaction that a power cut may undo until an ordinary one follows it: for the many pieces of an operation that
   * counts once it is complete, and is undone at the next start where it is not. Error: 'store/disk-full' while there is
   * still room to undo it, unless the piece `frees` space itself.
   */
  piece<T>(work: (tables: Tables) => Promise<T>, options?: { readonly frees?: boolean }): Promise<T>
  /** Copies the whole database while it stays in use, without its free pages. `onProgress` cancels the copy by throwing. */
  copy(path: string, onProgress: (done: number, total: number) => void): Promise<void>
  /** Bytes that a copy takes. */
  bytes(): number
  close(): Promise<void>
}

/**
 * Opens the database of an open store once more, to read in another process; close it soon. Errors: 'store/damaged-file',
 * 'store/cannot-open'.
 */
export function openReader(path: string): { readonly tables: Tables; readonly close: () => Promise<void> } {
  const database = guarded(openReadOnly(path), { path, onDelete: ignore })
  const db: Db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
  // A state that the disk could not take yet is known to the store’s own process alone.
  return {
    tables: repositories(
      db,
      createLateStates(() => Promise.resolve(), ignore),
    ),
    close: () => db.destroy(),
  }
}

export interface StoreOptions {
  /** Gets the error of work that nobody waits for: shrinking the file, a state that cannot be written yet. */
  readonly failed?: (error: unknown) => void
  /** Pages that the file may have at most, as a full disk limits them; for tests. */
  readonly maxPages?: number
}

/**
 * Opens or creates the database file and brings it up to date. Errors: 'store/disk-full', 'store/cannot-write',
 * 'store/damaged-file', 'store/newer', 'store/cannot-open'.
 */
export async function openStore(path: string, { failed = ignore, maxPages }: StoreOptions = {}): Promise<Store> {
  const database = openShrinkable(path)
  if (maxPages !== undefined) database.pragma(`max_page_count = ${String(maxPages)}`)
  const source = guarded(database, {
    path,
    onDelete: () => {
      shrinking.soon()
    },
  })
  const db: Db = new Kysely<Schema>({ dialect: new SqliteDialect({ database: source }) })
  const alone = (work: () => void): Promise<void> => db.connection().execute(() => Promise.resolve().then(work))
  const shrinking = createShrinking({ database, alone, failed })
  try {
    await migrate(db, path)
    refuseDamaged(database, path, bytesOf(database))
  } catch (error) {
    await db.destroy()
    throw storeFailure(error, path)
  }
  const late = createLateStates((...entry) => writeState(db, ...entry), failed)
  if (freePages(database) > 0) shrinking.soon()
  return {
    ...repositories(db, late),
    transaction: (work) => db.transaction().execute((trx) => work(repositories(trx, late))),
    piece: (work, { frees = false } = {}) =>
      db.connection().execute(async (one) => {
        if (!frees) keepMargin(dirname(path))
        await sql`PRAGMA synchronous = NORMAL`.execute(one)
        try {
          return await one.transaction().execute((trx) => work(repositories(trx, late)))
        } finally {
          await sql`PRAGMA synchronous = FULL`.execute(one)
        }
      }),
    bytes: () => bytesOf(database),
    copy: async (target, onProgress) => {
      await shrinking.now()
      await copyDatabase(database, target, onProgress)
    },
    close: async () => {
      late.close()
      await shrinking.close()
      await db.destroy()
    },
  }
}

const ignore = (): void => undefined

function openShrinkable(path: string): Database.Database {
  try {
    makeShrinkable(path)
  } catch (error) {
    // Whatever is wrong with the file is found again, and told, where it is opened.
    const shown = storeFailure(error, path)
    if (shown instanceof StudioError && shown.code === 'store/damaged-file') throw shown
  }
  return openDatabase(path)
}

async function migrate(db: Db, path: string): Promise<void> {
  const provider = { getMigrations: () => Promise.resolve({ ...migrations }) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error === undefined) return
  if (error instanceof StudioError) throw error
  const why = error instanceof Error ? error.message : String(error)
  // kysely's words for a database that has run a migration which this code does not know.
  if (/previously executed migration .* is missing/.test(why)) throw studioError('store/newer', path)
  throw studioError('store/cannot-open', path, why)
}
