// Backup and restore of the whole studio: written beside its name first, restored at the next start, where the old database is renamed.
import { existsSync, readdirSync, renameSync } from 'node:fs'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join, resolve } from 'node:path'
import { causeOf, isFull } from '../../contract/errors/causes.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { hasRoom } from '../../engine/disk.ts'
import { moveToNew } from '../../engine/files.ts'
import { networkRecord, sealBackup, unsealBackup } from '../../engine/store/backup.ts'
import type { Store } from '../../engine/store/store.ts'
import type { BackupFile } from '../../contract/service.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { setAside, stamp } from './aside.ts'
import type { Home } from './home.ts'

const ending = '.softprompt-backup'

/**
 * Writes everything to one file, and nothing that was removed. Errors: 'studio/backup-exists', 'studio/backup-failed',
 * 'run/cancelled'.
 */
export async function backUp(
  { home, store, tidy }: ServiceContext,
  { emit, signal }: CallContext,
  wanted: string = join(home.folder, 'backups', `studio-${stamp()}${ending}`),
): Promise<{ readonly path: string; readonly bytes: number }> {
  const path = resolve(wanted)
  if (existsSync(path)) throw studioError('studio/backup-exists', path)
  // A name of its own: a file that somebody else has there is not touched.
  const part = `${path}.${randomBytes(4).toString('hex')}.part`
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await tidy.done()
    if (!hasRoom(dirname(path), store.bytes())) throw studioError('store/disk-full', dirname(path))
    await store.copy(part, (done, total) => {
      signal.throwIfAborted()
      emit({ event: 'progress', stage: 'copying the studio', done, total })
    })
    const bytes = await sealBackup(part, signal)
    await moveToNew(part, path)
    return { path, bytes }
  } catch (error) {
    await rm(part, { force: true }).catch(() => undefined)
    if (signal.aborted) throw studioError('run/cancelled')
    if (error instanceof StudioError) throw error
    if (isFull(error)) throw studioError('store/disk-full', dirname(path))
    throw studioError('studio/backup-failed', path, causeOf(error))
  }
}

/** Backups in the studio's own folder for them, the newest first. */
export async function listBackups({ folder }: Pick<Home, 'folder'>): Promise<BackupFile[]> {
  const backups = join(folder, 'backups')
  const names = await readdir(backups).catch((): string[] => [])
  const files = names
    .filter((name) => name.endsWith(ending))
    .map(async (name) => {
      const { size, mtime } = await stat(join(backups, name))
      return { path: join(backups, name), name, bytes: size, at: mtime.toISOString() }
    })
  return (await Promise.all(files)).sort((a, b) => b.at.localeCompare(a.at))
}

/** Proves the backup and lays it ready for the next start. Errors: those of `unsealBackup`, 'run/cancelled'. */
export async function layReady(
  { home }: Pick<ServiceContext, 'home'>,
  { emit, signal }: CallContext,
  path: string,
): Promise<{ readonly restart: true }> {
  const part = `${home.database}.restoring`
  const onProgress = (done: number, total: number): void => {
    emit({ event: 'progress', stage: 'checking the backup', done, total })
  }
  try {
    await unsealBackup(resolve(path), part, { onProgress, signal })
  } catch (error) {
    if (signal.aborted) throw studioError('run/cancelled')
    if (error instanceof StudioError) throw error
    throw studioError('studio/backup-damaged', path, error instanceof Error ? error.message : String(error))
  }
  for (const earlier of waiting(home)) await rm(join(home.folder, earlier), { force: true })
  await rename(part, `${home.database}.restore-${stamp()}`)
  return { restart: true }
}

/**
 * Call it before the database is opened; gives the path of the database that a backup has replaced, undefined where none
 * was restored. Every step can be cut short: the next start continues from there.
 */
export function applyRestore(home: Home): string | undefined {
  const ready = waiting(home).at(-1)
  if (ready === undefined) return undefined
  const replaced = setAside(home, 'before', ready.slice(ready.lastIndexOf('restore-') + 'restore-'.length))
  renameSync(join(home.folder, ready), home.database)
  return replaced
}

/**
 * Carries the log of connections and a switched-off network over from the database that was replaced. Where that cannot
 * be read any more, the network is off until somebody allows it: nobody knows what its owner had chosen.
 */
export async function keepNetworkRecord(store: Store, previous: string): Promise<void> {
  if (!existsSync(previous)) return
  const { connections, forbidden } = networkRecord(previous) ?? { connections: [], forbidden: true }
  await store.transaction(async (tables) => {
    await tables.connections.merge(connections)
    if (forbidden) await tables.preferences.set({ network: false })
  })
}

const waiting = ({ folder, database }: Home): string[] =>
  readdirSync(folder)
    .filter((name) => name.startsWith(`${basename(database)}.restore-`))
    .sort()
