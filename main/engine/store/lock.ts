// One process holds a folder: SQLite's own file lock, which the system releases however its holder dies.
import { closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'
import { storeFailure } from './failures.ts'

/** Takes the lock; undefined where another process has it. Call the result to release it. Errors: 'store/cannot-write', 'store/disk-full'. */
export function takeLock(path: string): (() => void) | undefined {
  let database: Database.Database | undefined
  try {
    closeSync(openSync(path, 'a', 0o600))
    database = new Database(path, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return undefined
    throw storeFailure(error, path)
  }
  const held = database
  return () => {
    held.close()
  }
}
