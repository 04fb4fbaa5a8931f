// Looks for damage at the start, as far as a glance goes: later reads find the rest.
import type Database from 'better-sqlite3'
import { studioError } from '../../contract/errors/index.ts'

/** Files up to so many bytes are read whole: some 20 ms. */
const WHOLE = 16 << 20

/** Errors: 'store/damaged-file', and SQLite's own. */
export function refuseDamaged(database: Database.Database, path: string, bytes: number): void {
  const tables = database.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck().all() as string[]
  // The first and last page of each table.
  for (const table of tables)
    for (const order of ['ASC', 'DESC']) database.prepare(`SELECT 1 FROM "${table}" ORDER BY 1 ${order} LIMIT 1`).get()
  if (bytes > WHOLE) return
  if (database.pragma('quick_check(1)', { simple: true }) !== 'ok') throw studioError('store/damaged-file', path)
}
