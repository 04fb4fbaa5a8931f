// The studio's folder: what lies where in it, and the address of the service that holds it.
import { createHash } from 'node:crypto'
import { chmodSync, lstatSync, mkdirSync, realpathSync, statSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { dirname, isAbsolute, join, resolve } from 'node:path'
import { causeOf, isFull } from '../../contract/errors/causes.ts'
import { studioError } from '../../contract/errors/index.ts'

export interface Home {
  readonly folder: string
  readonly database: string
  readonly models: string
  /** Checkpoints that are too large for the database, a folder for each run that has not ended. */
  readonly runs: string
  /** Copies of the tables that prompts label, a folder for each. */
  readonly labellings: string
  readonly cache: string
  /** The KV precompute of each data set's texts. */
  readonly texts: string
  /** Files that windows upload; hosts delete each when it was used, and the service what a crash has left. */
  readonly uploads: string
  readonly lock: string
  readonly pid: string
  /** Unix domain socket or Windows named pipe. */
  readonly address: string
  /** Where others may take the address first (Windows): file of the key with which the service proves itself. */
  readonly key: string | undefined
}

const NAME = 'softprompt-studio'

/** Longest socket path that every system takes (macOS: 104 bytes with the closing zero). */
const MAX_ADDRESS = 100

/** SOFTPROMPT_HOME, or the place where this system keeps programs' data. */
export function defaultHome(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env['SOFTPROMPT_HOME']) return env['SOFTPROMPT_HOME']
  if (platform === 'win32') return join(absolute(env['LOCALAPPDATA']) ?? join(ownFolder(), 'AppData', 'Local'), NAME)
  if (platform === 'darwin') return join(ownFolder(), 'Library', 'Application Support', NAME)
  // The XDG base directory specification has a relative path ignored.
  return join(absolute(env['XDG_DATA_HOME']) ?? join(ownFolder(), '.local', 'share'), NAME)
}

const absolute = (path: string | undefined): string | undefined =>
  path !== undefined && isAbsolute(path) ? path : undefined

/** The account's home folder; without one, data would end up in whatever folder is the current one. Error: 'store/no-home'. */
function ownFolder(): string {
  try {
    const folder = homedir()
    if (isAbsolute(folder)) return folder
  } catch {
    // A user without an entry in the system's list has none either.
  }
  throw studioError('store/no-home')
}

/** Folder of the KV precompute of a data set's texts: it goes when the data set goes. */
export const cachedTextsFolder = ({ texts }: Pick<Home, 'texts'>, dataset: number): string =>
  join(texts, String(dataset))

/** Makes the folder, for its owner alone, and names its parts. Errors: 'store/cannot-write', 'store/disk-full', 'store/not-yours'. */
export function openHome(folder: string): Home {
  const made = makeFolder(resolve(folder))
  return {
    folder: made,
    database: join(made, 'studio.db'),
    models: join(made, 'models'),
    runs: join(made, 'runs'),
    labellings: join(made, 'labellings'),
    cache: join(made, 'cache'),
    texts: join(made, 'cache', 'texts'),
    uploads: join(made, 'cache', 'uploads'),
    lock: join(made, 'service.lock'),
    pid: join(made, 'service.pid'),
    address: address(made),
    key: process.platform === 'win32' ? join(made, 'service.key') : undefined,
  }
}

/** Makes a folder for its owner alone; gives its real path. Errors: 'store/cannot-write', 'store/disk-full'. */
export function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    closeToOthers(folder)
    return realpathSync(folder)
  } catch (error) {
    throw isFull(error)
      ? studioError('store/disk-full', dirname(folder))
      : studioError('store/cannot-write', folder, causeOf(error))
  }
}

/** Also a folder that somebody has made with the system's usual permissions. */
function closeToOthers(folder: string): void {
  if (process.platform === 'win32' || (statSync(folder).mode & 0o077) === 0) return
  try {
    chmodSync(folder, 0o700)
  } catch {
    // Only its owner may, and disks without permissions refuse; who may read there is then not up to the studio.
  }
}

function address(folder: string): string {
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 20)
  if (process.platform === 'win32') return `\\\\.\\pipe\\${NAME}-${key}`
  const inside = join(folder, 'service.sock')
  if (Buffer.byteLength(inside) <= MAX_ADDRESS) return inside
  const uid = process.getuid?.() ?? 0
  const shared = join(tmpdir(), `${NAME}-${String(uid)}`)
  mkdirSync(shared, { recursive: true, mode: 0o700 })
  // In a folder that everyone may write to, somebody else could have made it first.
  const { mode, uid: owner } = lstatSync(shared)
  if (owner !== uid || (mode & 0o077) !== 0) throw studioError('store/not-yours', shared)
  return join(shared, `${key}.sock`)
}
