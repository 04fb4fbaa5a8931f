// The one connection to the database file: its settings, and its failures in the studio's words.
import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import Database from 'better-sqlite3'
import type { SqliteDatabase } from 'kysely'
import { storeFailure } from './failures.ts'
import { createStatements } from './statements.ts'

/*
 * synchronous = FULL: every commit is on the disk before it is acknowledged, so a checkpoint survives even a power cut.
 * Commits are few (metrics go in with the checkpoint that follows them), so the price is a handful of milliseconds each.
 * Without fullfsync macOS acknowledges what its disk still holds in its own memory; other systems ignore the word.
 */
const pragmas = [
  // Pages that are free can be given back in pieces; it takes effect where it comes before the first table.
  'auto_vacuum = INCREMENTAL',
  'journal_mode = WAL',
  'synchronous = FULL',
  'fullfsync = ON',
  'checkpoint_fullfsync = ON',
  'foreign_keys = ON',
  'busy_timeout = 5000',
  // What is deleted is overwritten: a removed row is not to be found in the file again.
  'secure_delete = ON',
  // A restored file is somebody's: its schema must not call functions with side effects.
  'trusted_schema = OFF',
  // Sorting needs no file outside the studio's folder.
  'temp_store = MEMORY',
  // 32 MB: with 2, a change of many rows reads its indices from the disk again and again.
  'cache_size = -32000',
  // A checkpoint of the log is small, since the commit that triggers it has to wait.
  'wal_autocheckpoint = 500',
]

/** Opens or creates the file, readable for its owner alone. Errors: 'store/disk-full', 'store/cannot-write', 'store/damaged-file'. */
export function openDatabase(path: string): Database.Database {
  let database: Database.Database | undefined
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
    keepPrivate(path)
    database = new Database(path)
    for (const pragma of pragmas) database.pragma(pragma)
    return database
  } catch (error) {
    database?.close()
    throw storeFailure(error, path)
  }
}

/** Opens a file that is in use, to read alone. Errors: those of `openDatabase`. */
export function openReadOnly(path: string): Database.Database {
  try {
    const database = new Database(path, { readonly: true, fileMustExist: true })
    for (const pragma of ['busy_timeout = 5000', 'temp_store = MEMORY', 'cache_size = -32000']) database.pragma(pragma)
    return database
  } catch (error) {
    throw storeFailure(error, path)
  }
}

/** Closes a database, and what belongs to it, to everybody else. */
function keepPrivate(path: string): void {
  for (const file of ['', '-wal', '-shm'].map((end) => path + end))
    try {
      if (existsSync(file)) chmodSync(file, 0o600)
    } catch {
      // Disks without permissions refuse; who may open files there is not up to the studio.
    }
}

export interface GuardedOptions {
  readonly path: string
  /** Called after every statement that deletes rows. */
  readonly onDelete: () => void
}

/** The database as kysely takes it: what SQLite throws becomes the studio's errors, and a transaction that it has ended itself is not ended again. */
export function guarded(database: Database.Database, { path, onDelete }: GuardedOptions): SqliteDatabase {
  const attempt = <T>(work: () => T): T => {
    try {
      return work()
    } catch (error) {
      throw storeFailure(error, path)
    }
  }
  const statementOf = createStatements(database)
  return {
    close: () => void database.close(),
    prepare: (sql) => {
      // On a full disk SQLite rolls back by itself.
      const hasEnded = sql === 'rollback' && !database.inTransaction
      const statement = attempt(() => statementOf(hasEnded ? 'SELECT 1' : sql))
      const deletes = /^\s*delete\b/i.test(sql)
      return {
        reader: statement.reader,
        all: (parameters) => attempt(() => statement.all(parameters)),
        run: (parameters) => {
          const result = attempt(() => statement.run(parameters))
          if (deletes) onDelete()
          return result
        },
        iterate: (parameters) => statement.iterate(parameters),
      }
    },
  }
}
