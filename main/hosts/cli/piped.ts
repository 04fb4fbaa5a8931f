// A table that comes through a pipe: `tune <(…)`, a named pipe, /dev/stdin. It is copied into the studio's folder first.
import { type FileHandle, open, stat } from 'node:fs/promises'
import { constants } from 'node:fs'
import { Socket } from 'node:net'
import { basename, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { studioError } from '../../contract/errors/index.ts'
import type { Session } from './host.ts'

/** What systems call this process's own input. */
const isInput = (path: string): boolean => /^(-|\/dev\/stdin|\/dev\/fd\/0|\/proc\/self\/fd\/0)$/.test(path)

/** Path of the file, or of a copy of what the pipe gives. Errors: 'data/not-a-file', 'data/not-received', 'run/cancelled'. */
export async function readablePath(session: Session, path: string): Promise<string> {
  if (isInput(path)) return received(session, 'input', process.stdin)
  const found = await stat(path).catch(() => undefined)
  // What is not there, or a folder, is refused where it is read.
  if (!found || found.isFile() || found.isDirectory()) return resolve(path)
  if (!found.isFIFO()) throw studioError('data/not-a-file', path)
  const pipe = await openPipe(path)
  try {
    return await received(session, basename(path), pipe)
  } finally {
    pipe.destroy()
  }
}

/** Opened at once, where an ordinary opening waits for a writer, and keeps a thread of Node's four until there is one. */
async function openPipe(path: string): Promise<Socket> {
  const file: FileHandle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const socket = new Socket({ fd: file.fd, readable: true, writable: false })
  socket.once('close', () => {
    // The socket has closed the descriptor itself.
    file.close().catch(() => undefined)
  })
  return socket
}

/** Copies in pieces; the service takes the copy away at its next start. */
async function received({ studio, signal, output }: Session, name: string, pipe: Readable): Promise<string> {
  output.say(`Reading ${name} to its end.`)
  const stop = (): void => void pipe.destroy(studioError('run/cancelled'))
  signal.addEventListener('abort', stop)
  try {
    const { file } = await studio.call('files.open', { name })
    for await (const piece of pipe) await studio.call('files.write', { file, bytes: Uint8Array.from(piece as Buffer) })
    return (await studio.call('files.close', { file })).path
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
