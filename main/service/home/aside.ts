// Databases that were replaced: moved aside under a name that tells why, and how long each is kept.
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Home } from './home.ts'

/** before: a backup was restored; damaged: it could not be read any more. */
type Why = 'before' | 'damaged'

/** 2026-11-23-143005, in UTC. */
export const stamp = (at = new Date()): string => at.toISOString().slice(0, 19).replaceAll(':', '').replace('T', '-')

/** Moves the database aside; gives its new path, also where there was none. Every step can be cut short and done again. */
export function setAside({ folder, database }: Home, why: Why, at = stamp()): string {
  const moved = join(folder, `studio-${why}-${at}.db`)
  // The database file is renamed last: as long as it is there, a restart also renames the rest of its write-ahead log.
  for (const end of ['-shm', '-wal', '']) if (existsSync(database + end)) renameSync(database + end, moved + end)
  return moved
}

/** Days that the database is kept that a backup has replaced. */
const KEPT_DAYS = 30

const before = /^studio-before-(\d{4}-\d\d-\d\d-\d{6})\.db(-wal|-shm)?$/

/**
 * Removes databases that a backup has replaced: all but the latest, and that too after 30 days. A damaged one stays
 * until its owner removes it: it may be the only copy of something.
 */
export function removeReplaced({ folder }: Pick<Home, 'folder'>, now = new Date()): void {
  const oldest = stamp(new Date(now.getTime() - KEPT_DAYS * 24 * 3600_000))
  const found = readdirSync(folder).flatMap((name) => {
    const at = before.exec(name)?.[1]
    return at === undefined ? [] : [{ name, at }]
  })
  const latest = found.reduce((last, { at }) => (at > last ? at : last), '')
  for (const { name, at } of found) if (at !== latest || at < oldest) rmSync(join(folder, name), { force: true })
}
