// Bounds the connections of those who have shown no key: the oldest makes room for the newest, so nobody is locked out.
import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** Connections without a key at most: far above what the browsers of one person open. */
const MAX_WITHOUT_KEY = 128

/** Milliseconds; all but the last are also options of Node's createServer. */
export const patience = {
  /** For a request's headers, and for all of it. */
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  /** Between two requests of one connection. */
  keepAliveTimeout: 5_000,
  /** Between two looks for those that took longer. */
  connectionsCheckingInterval: 1_000,
  /** For a pause within a request, or in the reading of its answer; a websocket, once open, has no such bound. */
  pause: 10_000,
} as const

export type Patience = { readonly [Kind in keyof typeof patience]: number }

export interface Connections {
  /** This one has shown the key, and counts no more. */
  trust(socket: Socket): void
}

export function boundConnections(server: Server, { pause }: Patience): Connections {
  const strangers = new Set<Socket>()
  server.setTimeout(pause, (socket) => {
    socket.destroy()
  })
  server.on('connection', (socket) => {
    strangers.add(socket)
    socket.on('close', () => {
      strangers.delete(socket)
    })
    const [oldest] = strangers
    if (strangers.size > MAX_WITHOUT_KEY) oldest?.destroy()
  })
  return {
    trust: (socket) => {
      strangers.delete(socket)
    },
  }
}
