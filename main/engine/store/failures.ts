// SQLite's failures as the studio's own errors, with their cause: a full disk, a folder that cannot be written, a damaged file.
import { accessSync, constants, existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { causeOf, isFull } from '../../contract/errors/causes.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { roomAt } from '../disk.ts'

/** SQLite's code, such as SQLITE_IOERR_WRITE; the file system's where it is an error of that. */
const codeOf = (error: unknown): string => {
  const { code } = (error ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** Free bytes below which an input or output error is put down to the full disk: less than SQLite's shared index takes. */
const HARDLY_ANY = 64 << 10

/** The error that a person reads for a failure of the database at `path`; one without a known cause is given back as it is. */
export function storeFailure(error: unknown, path: string): unknown {
  if (error instanceof StudioError) return error
  const shown = known(error, path)
  if (shown) shown.cause = error
  return shown ?? error
}

function known(error: unknown, path: string): StudioError | undefined {
  const code = codeOf(error)
  const folder = dirname(path)
  if (code === 'SQLITE_FULL' || isFull(error)) return studioError('store/disk-full', folder)
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(code)) return studioError('store/damaged-file', path)
  const cannotWrite = /^(SQLITE_(READONLY|CANTOPEN|PERM|IOERR)|EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOENT|EISDIR)/
  if (!cannotWrite.test(code)) return undefined
  const hindrance = hindranceAt(path)
  if (hindrance !== undefined) return studioError('store/cannot-write', folder, hindrance)
  if (code.startsWith('SQLITE_') && roomAt(folder).free < HARDLY_ANY) return studioError('store/disk-full', folder)
  return studioError('store/cannot-write', folder, causeOf(error))
}

/** What keeps this process from writing the file, where that can be told. */
function hindranceAt(path: string): string | undefined {
  try {
    accessSync(dirname(path), constants.W_OK | constants.X_OK)
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK)
    return undefined
  } catch (error) {
    return causeOf(error)
  }
}
