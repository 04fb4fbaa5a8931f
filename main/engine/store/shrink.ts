// Gives free pages back to the disk, and empties the write-ahead log: what was deleted is then in no file of the database.
import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { hasRoom } from '../disk.ts'

/** Pages of 4 KB that a piece gives back: a few milliseconds' work, so that nobody waits for it. */
const PAGES = 128
/** Milliseconds after the last deletion: a removal deletes in many pieces, and is followed by one shrinking. */
const QUIET_MS = 250

export interface ShrinkOptions {
  readonly database: Database.Database
  /** Runs the work while no transaction is open. */
  readonly alone: (work: () => void) => Promise<void>
  readonly failed: (error: unknown) => void
}

export interface Shrinking {
  /** Shrinks once nothing more is deleted for a moment. */
  soon(): void
  /** Resolves when no page is free and the log is empty. */
  now(): Promise<void>
  /** Ends after the piece under way. */
  close(): Promise<void>
}

export function createShrinking({ database, alone, failed }: ShrinkOptions): Shrinking {
  let timer: NodeJS.Timeout | undefined
  let underWay: Promise<void> | undefined
  let closing = false
  const piece = (): void => {
    database.pragma('synchronous = NORMAL')
    try {
      // As a statement it would give back a single page.
      database.exec(`PRAGMA incremental_vacuum(${String(PAGES)})`)
    } finally {
      database.pragma('synchronous = FULL')
    }
  }
  const shrink = async (): Promise<void> => {
    while (!closing && givesBack(database) && freePages(database) > 0) {
      await alone(piece)
      await setImmediate()
    }
    if (!closing) await alone(() => void database.pragma('wal_checkpoint(TRUNCATE)'))
  }
  const now = (): Promise<void> => {
    clearTimeout(timer)
    return (underWay ??= shrink().finally(() => (underWay = undefined)))
  }
  return {
    soon: () => {
      clearTimeout(timer)
      timer = setTimeout(() => {
        now().catch(failed)
      }, QUIET_MS).unref()
    },
    now,
    close: async () => {
      closing = true
      clearTimeout(timer)
      // Whoever began it was told.
      await underWay?.catch(() => undefined)
    },
  }
}

const numberOf = (database: Database.Database, pragma: string): number =>
  Number(database.pragma(pragma, { simple: true }))

export const freePages = (database: Database.Database): number => numberOf(database, 'freelist_count')

/** Whether the file can give pages back in pieces; one of an earlier version cannot. */
export const givesBack = (database: Database.Database): boolean => numberOf(database, 'auto_vacuum') === 2

/** Writes the database to a new file without free pages and remains of what was deleted. */
export function compactInto(database: Database.Database, target: string): void {
  database.pragma('auto_vacuum = INCREMENTAL')
  database.prepare('VACUUM INTO ?').run(target)
}

/**
 * Makes a file of an earlier version, which never became smaller, one that gives pages back. Once: it takes a second for
 * some 150 MB. Where the disk has no room for a second copy, the next start tries again.
 */
export function makeShrinkable(path: string): void {
  const target = `${path}.compact`
  rmSync(target, { force: true })
  if (!existsSync(path) || statSync(path).size === 0) return
  const database = new Database(path)
  try {
    const bytes = (numberOf(database, 'page_count') - freePages(database)) * numberOf(database, 'page_size')
    if (givesBack(database) || !hasRoom(dirname(path), bytes)) return
    compactInto(database, target)
    // No log may be left that would be taken for the new file's.
    database.pragma('journal_mode = DELETE')
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  } finally {
    database.close()
  }
  renameSync(target, path)
}
