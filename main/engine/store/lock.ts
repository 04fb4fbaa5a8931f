// One process holds a folder: SQLite's own file lock, which the system releases however its holder dies.
import Database from 'better-sqlite3'
import { studioError } from '../../contract/errors/index.ts'

/** Takes the lock; undefined where another process has it. Call the result to release it. Error: 'store/cannot-open'. */
export function takeLock(path: string): (() => void) | undefined {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { timeout: 0 })
    database.exec('BEGIN EXCLUSIVE')
  } catch (error) {
    database?.close()
    if ((error as { code?: string }).code?.startsWith('SQLITE_BUSY')) return undefined
    throw studioError('store/cannot-open', path, error instanceof Error ? error.message : String(error))
  }
  const held = database
  return () => {
    held.close()
  }
}
