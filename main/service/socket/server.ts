// Answers other hosts of the same home folder on a local socket that only its owner may open.
import { chmodSync, rmSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { answerClient } from '../../contract/answer.ts'
import { requestBounds } from '../../contract/protocol.ts'
import type { Studio } from '../../contract/service.ts'
import { joinSocket } from './join.ts'
import { keyOf, prove } from './proof.ts'

export interface SocketServer {
  /** Resolves when no other host is attached. */
  idle(): Promise<void>
  close(): Promise<void>
}

/** `key`: file of the key with which it proves that it is the studio's. Listens at the address; whoever calls this holds the home's lock, so a socket file that lies there is a dead one's. */
export async function listen(studio: Studio, address: string, key?: string): Promise<SocketServer> {
  const secret = key === undefined ? undefined : keyOf(key)
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
    if (secret) void proven(socket, secret, studio)
    else serveSocket(studio, socket)
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

const serveSocket = (studio: Studio, socket: Socket): void =>
  void joinSocket(socket, requestBounds.bytes, (line) => answerClient(studio, line))

async function proven(socket: Socket, secret: Buffer, studio: Studio): Promise<void> {
  socket.on('error', () => socket.destroy())
  if (await prove(socket, secret)) serveSocket(studio, socket)
  else socket.destroy()
}
