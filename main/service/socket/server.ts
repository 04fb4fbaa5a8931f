// Answers other hosts of the same home folder on a local socket that only its owner may open.
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { Method, Studio } from '../../contract/service.ts'
import { encodeFrame, frameReader } from './frames.ts'
import { type ClientMessage, PROTOCOL, type ServerMessage } from './messages.ts'

export interface SocketServer {
  /** Resolves when no other host is attached. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** Listens at the address; whoever calls this holds the home's lock, so a socket file that lies there is a dead one's. */
export async function listen(studio: Studio, address: string): Promise<SocketServer> {
  const sockets = new Set<Socket>()
  let whenIdle: (() => void)[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      if (sockets.size > 0) return
      for (const resolve of whenIdle) resolve()
      whenIdle = []
    })
    serveSocket(studio, socket)
  })
  const isFile = process.platform !== 'win32'
  if (isFile) rmSync(address, { force: true })
  // The socket is never, not even for a moment, open to others.
  const mask = process.umask(0o177)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(address, resolve)
    process.umask(mask)
  })
  if (isFile) chmodSync(address, 0o600)
  return {
    idle: () => (sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

function serveSocket(studio: Studio, socket: Socket): void {
  const calls = new Map<number, AbortController>()
  const send = (message: ServerMessage): void => void (socket.writable && socket.write(encodeFrame(message)))

  const answer = async (id: number, method: string, input: unknown): Promise<void> => {
    const abort = new AbortController()
    calls.set(id, abort)
    try {
      const onEvent = (event: Parameters<NonNullable<Parameters<Studio['call']>[2]>['onEvent'] & {}>[0]) => {
        send({ say: 'event', id, event })
      }
      send({
        say: 'value',
        id,
        value: await studio.call(method as Method, input as never, { onEvent, signal: abort.signal }),
      })
    } catch (error) {
      const known = error instanceof StudioError ? error : studioError('run/failed', String(error))
      send({ say: 'error', id, code: known.code, message: known.message })
    } finally {
      calls.delete(id)
    }
  }

  const read = frameReader()
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    for (const abort of calls.values()) abort.abort()
  })
  socket.on('data', (piece) => {
    try {
      for (const message of read(piece) as ClientMessage[]) {
        if (message.say === 'call') void answer(message.id, message.method, message.input)
        else calls.get(message.id)?.abort()
      }
    } catch {
      // Not a client of ours, or not of this version.
      socket.destroy()
    }
  })
  send({ say: 'hello', protocol: PROTOCOL })
}
