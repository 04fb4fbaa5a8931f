// Serves the window and its line to the service on the loopback address, to nobody but the person who was given the address.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { MAX_MESSAGE } from '../../contract/wire.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Studio } from '../../contract/service.ts'
import { readWindow, type ServedFile } from '../window/files.ts'
import { windowHeaders } from '../window/policy.ts'
import { createGuard, type Guard, newToken } from './guard.ts'
import { serveSocket } from './sockets.ts'

export interface BrowserHostOptions {
  readonly studio: Studio
  /** The built window. */
  readonly folder: string
  /** 0 or absent = any free one. */
  readonly port?: number
}

export interface BrowserHost {
  /** What a person opens: it carries the token. */
  readonly url: string
  /** An address that works once, for the command line that opens a browser. */
  visit(): string
  /** Cuts every window's line; they open a new one. */
  drop(): void
  close(): Promise<void>
}

/** Limits that one person's windows never reach: beyond them a connection is taken for an attack. */
const MAX_SOCKETS = 32
const MAX_CONNECTIONS = 256

/** Errors: 'run/no-window', 'run/port-taken'. */
export async function serveBrowser({ studio, folder, port = 0 }: BrowserHostOptions): Promise<BrowserHost> {
  const files = readWindow(folder)
  const server = createServer()
  server.maxConnections = MAX_CONNECTIONS
  await listenOn(server, port)
  const actual = (server.address() as AddressInfo).port
  const token = newToken()
  const guard = createGuard(token, actual)
  const always = windowHeaders([`ws://127.0.0.1:${actual}`, `ws://localhost:${actual}`])
  server.on('request', (request, response) => {
    answer(request, response, guard, files, always)
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE, perMessageDeflate: false })
  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy())
    const allowed = guard.isForUs(request) && hasOurOrigin(request, guard) && guard.hasCookie(request)
    if (!allowed || request.url !== '/studio') refuse(socket, 403)
    else if (sockets.clients.size >= MAX_SOCKETS) refuse(socket, 503)
    else
      sockets.handleUpgrade(request, socket, head, (opened) => {
        serveSocket(studio, opened)
      })
  })
  const drop = (): void => {
    for (const socket of sockets.clients) socket.terminate()
  }
  const address = (key: string): string => `http://127.0.0.1:${actual}/?token=${key}`
  return {
    url: address(token),
    visit: () => address(guard.oneVisit()),
    drop,
    close: async () => {
      drop()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

/** Browsers always name the origin of a websocket: a request without one is no window's. */
const hasOurOrigin = (request: IncomingMessage, guard: Guard): boolean =>
  request.headers.origin !== undefined && guard.isFromUs(request)

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  guard: Guard,
  files: ReadonlyMap<string, ServedFile>,
  always: Readonly<Record<string, string>>,
): void {
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
  const say = (status: number, sentence: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)
  }
  if (!guard.isForUs(request)) return say(421, 'This address is not the studio’s.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Only GET is answered here.')
  const url = parsed(request)
  if (!url) return say(400, 'That is not an address.')
  if (guard.bringsToken(url)) {
    response.writeHead(303, { location: '/', 'set-cookie': guard.cookie, 'cache-control': 'no-store' }).end()
    return
  }
  if (!guard.isFromUs(request) || !guard.hasCookie(request))
    return say(403, 'Open the studio by the address that it printed when it started: it carries a key.')
  const file = files.get(url.pathname)
  if (!file) return say(404, 'There is no such file.')
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.bytes.length,
    'cache-control': file.unchanging ? 'private, max-age=31536000, immutable' : 'no-cache',
  })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

function parsed({ url = '' }: IncomingMessage): URL | undefined {
  // An absolute or protocol-relative address would name another host.
  if (!url.startsWith('/') || url.startsWith('//')) return undefined
  return URL.parse(url, 'http://127.0.0.1') ?? undefined
}

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', () => {
      reject(studioError('run/port-taken', port))
    })
    server.listen(port, '127.0.0.1', resolve)
  })
}
