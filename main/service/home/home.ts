// The studio's folder: what lies where in it, and the address of the service that holds it.
import { createHash } from 'node:crypto'
import { lstatSync, mkdirSync, realpathSync } from 'node:fs'
import { homedir, tmpdir, userInfo } from 'node:os'
import { join, resolve } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'

export interface Home {
  readonly folder: string
  readonly database: string
  readonly models: string
  readonly cache: string
  /** The KV precompute of each data set's texts. */
  readonly texts: string
  readonly lock: string
  readonly pid: string
  /** Unix domain socket or Windows named pipe. */
  readonly address: string
}

const NAME = 'softprompt-studio'

/** Longest socket path that every system takes (macOS: 104 bytes with the closing zero). */
const MAX_ADDRESS = 100

/** SOFTPROMPT_HOME, or the place where this system keeps programs' data. */
export function defaultHome(env: NodeJS.ProcessEnv = process.env, platform: string = process.platform): string {
  if (env['SOFTPROMPT_HOME']) return env['SOFTPROMPT_HOME']
  if (platform === 'win32') return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), NAME)
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', NAME)
  return join(env['XDG_DATA_HOME'] ?? join(homedir(), '.local', 'share'), NAME)
}

/** Folder of the KV precompute of a data set's texts: it goes when the data set goes. */
export const cachedTextsFolder = ({ texts }: Pick<Home, 'texts'>, dataset: number): string =>
  join(texts, String(dataset))

/** Makes the folder, for its owner alone, and names its parts. Error: 'store/cannot-open'. */
export function openHome(folder: string): Home {
  const made = makeFolder(resolve(folder))
  return {
    folder: made,
    database: join(made, 'studio.db'),
    models: join(made, 'models'),
    cache: join(made, 'cache'),
    texts: join(made, 'cache', 'texts'),
    lock: join(made, 'service.lock'),
    pid: join(made, 'service.pid'),
    address: address(made),
  }
}

function makeFolder(folder: string): string {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return realpathSync(folder)
  } catch (error) {
    throw studioError('store/cannot-open', folder, error instanceof Error ? error.message : String(error))
  }
}

function address(folder: string): string {
  const key = createHash('sha256').update(folder).digest('hex').slice(0, 20)
  if (process.platform === 'win32') return `\\\\.\\pipe\\${NAME}-${key}`
  const inside = join(folder, 'service.sock')
  if (Buffer.byteLength(inside) <= MAX_ADDRESS) return inside
  const { uid } = userInfo()
  const shared = join(tmpdir(), `${NAME}-${String(uid)}`)
  mkdirSync(shared, { recursive: true, mode: 0o700 })
  // In a folder that everyone may write to, somebody else could have made it first.
  const { mode, uid: owner } = lstatSync(shared)
  if (owner !== uid || (mode & 0o077) !== 0)
    throw studioError('store/cannot-open', shared, 'it belongs to somebody else')
  return join(shared, `${key}.sock`)
}
