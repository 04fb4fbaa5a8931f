// Copies the database while it stays in use, in pieces that nobody waits for.
import { closeSync, openSync, renameSync, rmSync } from 'node:fs'
import Database from 'better-sqlite3'
import { compactInto, freePages, givesBack } from './shrink.ts'

/** Pages that are copied before the event loop gets its turn: a few milliseconds' work. */
const pagesAtOnce = 500

export const bytesOf = (database: Database.Database): number =>
  Number(database.pragma('page_count', { simple: true })) * Number(database.pragma('page_size', { simple: true }))

/** Writes the copy to a new file for its owner alone. `onProgress` cancels by throwing. */
export async function copyDatabase(
  database: Database.Database,
  target: string,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  closeSync(openSync(target, 'wx', 0o600))
  await database.backup(target, {
    progress: ({ totalPages, remainingPages }) => {
      onProgress(totalPages - remainingPages, totalPages)
      return pagesAtOnce
    },
  })
  dropFreePages(target)
}

/** Free pages of a file that cannot give them back may hold what was deleted. */
function dropFreePages(path: string): void {
  const compact = `${path}.compact`
  const database = new Database(path)
  try {
    if (givesBack(database) || freePages(database) === 0) return
    compactInto(database, compact)
    database.pragma('journal_mode = DELETE')
  } catch (error) {
    rmSync(compact, { force: true })
    throw error
  } finally {
    database.close()
  }
  renameSync(compact, path)
}
