// Backups: one file with the whole database, and a seal after it by which damage is detected.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { appendFile, open, rm, stat } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import Database from 'better-sqlite3'
import { studioError } from '../../contract/errors/index.ts'
import type { ConnectionRecord } from '../../contract/service.ts'
import { migrations } from './migrations/index.ts'
import { foreignPart } from './own-schema.ts'

/** The seal at a backup's end: SQLite reads no further than its last page. */
const sealText = (sha256: string): string => `\nsoftprompt-backup 1 ${sha256}\n`
const sealPattern = /^\nsoftprompt-backup 1 ([0-9a-f]{64})\n$/
const sealBytes = sealText('0'.repeat(64)).length

/** Appends the seal to a copy of the database; returns the bytes of the file. */
export async function sealBackup(path: string, signal: AbortSignal): Promise<number> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of createReadStream(path, { signal })) {
    bytes += (piece as Buffer).length
    hash.update(piece as Buffer)
  }
  await appendFile(path, sealText(hash.digest('hex')), { flush: true })
  return bytes + sealBytes
}

export interface UnsealOptions {
  readonly onProgress: (done: number, total: number) => void
  readonly signal: AbortSignal
}

/**
 * Copies the database in a backup to `target` and verifies it: complete, and of no newer studio. On an error the copy is
 * removed. Errors: 'studio/not-a-backup', 'studio/backup-damaged'.
 */
export async function unsealBackup(path: string, target: string, options: UnsealOptions): Promise<void> {
  const { bytes, sha256 } = await readSeal(path)
  try {
    const found = await copyAndHash(path, target, bytes, options)
    if (found !== sha256)
      throw studioError('studio/backup-damaged', path, 'its contents have changed since it was made')
    const why = await unusable(target)
    if (why !== undefined) throw studioError('studio/backup-damaged', path, why)
  } catch (error) {
    await rm(target, { force: true })
    throw error
  }
}

async function readSeal(path: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  // Opening a pipe would wait for a writer.
  const isFile = await stat(path).then(
    (found) => found.isFile(),
    () => false,
  )
  // One that may not be read is no backup for us.
  const file = isFile ? await open(path, 'r').catch(() => undefined) : undefined
  if (!file) throw studioError('studio/not-a-backup', path)
  try {
    const { size } = await file.stat()
    const end = Buffer.alloc(sealBytes)
    if (size > sealBytes) await file.read(end, 0, sealBytes, size - sealBytes)
    const [, sha256] = sealPattern.exec(end.toString('latin1')) ?? []
    if (sha256 === undefined) throw studioError('studio/not-a-backup', path)
    return { bytes: size - sealBytes, sha256 }
  } finally {
    await file.close()
  }
}

async function copyAndHash(
  path: string,
  target: string,
  bytes: number,
  { onProgress, signal }: UnsealOptions,
): Promise<string> {
  const hash = createHash('sha256')
  let done = 0
  const hashed = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of pieces) {
      hash.update(piece)
      done += piece.length
      yield piece
      onProgress(done, bytes)
    }
  }
  const source = createReadStream(path, { end: bytes - 1, highWaterMark: 1 << 20 })
  await pipeline(source, hashed, createWriteStream(target, { mode: 0o600, flush: true }), { signal })
  return hash.digest('hex')
}

export interface NetworkRecord {
  readonly connections: readonly ConnectionRecord[]
  readonly forbidden: boolean
}

/** A database's network ledger, and whether connections are forbidden; undefined where it cannot be read. */
export function networkRecord(path: string): NetworkRecord | undefined {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true })
    const connections = database.prepare('SELECT * FROM connections ORDER BY id').all() as ConnectionRecord[]
    const network = database.prepare(`SELECT value FROM preferences WHERE name = 'network'`).pluck().get()
    return { connections, forbidden: network === 'false' }
  } catch {
    // It is damaged, or not even a database; who called decides what that means.
    return undefined
  } finally {
    database?.close()
  }
}

/** Why this studio does not take a database, as the end of a sentence. */
async function unusable(path: string): Promise<string | undefined> {
  let database: Database.Database | undefined
  try {
    database = new Database(path, { readonly: true, fileMustExist: true })
    const made = database.prepare('SELECT name FROM kysely_migration').pluck().all() as string[]
    if (made.some((name) => !Object.hasOwn(migrations, name))) return 'a newer version of the studio has made it'
    if (made.length === 0) return 'it is empty'
    const foreign = await foreignPart(database, made)
    return foreign === undefined ? undefined : `it holds something that the studio does not make (${foreign})`
  } catch {
    return 'there is no database of the studio in it'
  } finally {
    database?.close()
  }
}
