// A table that comes through a pipe: `tune <(…)`, a named pipe, /dev/stdin. It is copied to a temporary file first.
import { constants, createWriteStream, openSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { causeOf } from '../../contract/errors/causes.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Session } from './host.ts'

/** What systems call this process's own input. */
const isInput = (path: string): boolean => /^(-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(path)

export interface ReadablePath {
  readonly path: string
  /** Removes the copy, where it is one. */
  end(): Promise<void>
}

/** The file, or a copy of what the pipe gives. Errors: 'data/not-a-file', 'data/not-received', 'run/cancelled'. */
export async function readablePath(session: Session, path: string): Promise<ReadablePath> {
  if (isInput(path)) return received(session, process.stdin)
  const found = await stat(path).catch(() => undefined)
  // What is not there, or a folder, is refused where it is read.
  if (!found || found.isFile() || found.isDirectory()) return { path: resolve(path), end: () => Promise.resolve() }
  if (!found.isFIFO()) throw studioError('data/not-a-file', path)
  const pipe = openPipe(path)
  return received(session, pipe, /^\/dev\/fd\//.test(path) ? undefined : basename(path))
}

/** Opened at once, where an ordinary opening waits for a writer, and keeps a thread of Node's four until there is one. */
function openPipe(path: string): Socket {
  // The socket closes the descriptor: a file handle would close it once more, when its number may be another file's.
  return new Socket({ fd: openSync(path, constants.O_RDONLY | constants.O_NONBLOCK), readable: true, writable: false })
}

/** Copies to a folder that only this account may enter. */
async function received({ signal, output }: Session, pipe: Readable, name = 'input'): Promise<ReadablePath> {
  output.say(`Reading ${name} to its end.`)
  const folder = await mkdtemp(join(tmpdir(), 'softprompt-'))
  const end = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    await pipeline(pipe, createWriteStream(join(folder, name), { mode: 0o600 }), { signal })
    return { path: join(folder, name), end }
  } catch (error) {
    await end()
    throw signal.aborted ? studioError('run/cancelled') : studioError('data/not-received', causeOf(error))
  }
}
