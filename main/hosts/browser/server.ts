// Serves the window and its line to the service on the loopback address, to nobody but the person who was given the address.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import { requestBounds } from '../../contract/protocol.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Studio } from '../../contract/service.ts'
import { KEY_MARK, KEY_PATH, LINE_PATH, PROOF_PATH } from '../../contract/window-key.ts'
import { readWindow, type ServedFile } from '../window/files.ts'
import { windowHeaders } from '../window/policy.ts'
import type { WindowOptions } from '../window/studio.ts'
import type { KeptAddress } from './address.ts'
import { boundConnections, type Connections, type Patience, patience as usual } from './connections.ts'
import { createDownloads, type Downloads, sendFile } from './downloads.ts'
import { createGuard, type Guard, newSecret } from './guard.ts'
import { serveSocket } from './sockets.ts'

export interface BrowserHostOptions {
  readonly studio: Studio
  readonly window: WindowOptions
  /** The built window. */
  readonly folder: string
  /** 0 or absent = that of `kept`, or any free one. */
  readonly port?: number
  /** The address of the start before. */
  readonly kept?: KeptAddress | undefined
  /** How long it waits for others. */
  readonly patience?: Patience
}

export interface BrowserHost {
  /** What a person opens: it carries the key behind its '#'. */
  readonly url: string
  /** To be kept for the next start; undefined where another program holds the kept port, or another host of this studio. */
  readonly address: KeptAddress | undefined
  /** An address that works once; `onUsed` is called when it has. */
  visit(onUsed: () => void): string
  /** Cuts every window's line; they open a new one. */
  drop(): void
  close(): Promise<void>
}

/** Open websockets at most, which one person's windows never reach. */
const MAX_SOCKETS = 32

/** Errors: 'run/no-window', 'run/port-taken'. */
export async function serveBrowser(options: BrowserHostOptions): Promise<BrowserHost> {
  const { studio, window, folder, port = 0, kept, patience = usual } = options
  const files = readWindow(folder)
  const server = createServer(patience)
  const connections = boundConnections(server, patience)
  const isTaken = await listenOn(server, port || kept?.port || 0, { orAny: port === 0 })
  const actual = (server.address() as AddressInfo).port
  const secret = kept?.secret ?? newSecret()
  const guard = createGuard(secret, actual)
  const always = windowHeaders([`ws://127.0.0.1:${actual}`, `ws://localhost:${actual}`])
  const downloads = createDownloads()
  server.on('request', (request, response) => {
    answer(request, response, { guard, files, always, downloads, connections })
  })
  const sockets = new WebSocketServer({ noServer: true, maxPayload: requestBounds.bytes, perMessageDeflate: false })
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket
    socket.on('error', () => socket.destroy())
    const allowed = guard.isForUs(request) && hasOurOrigin(request, guard) && guard.offersSecret(request)
    if (!allowed || request.url !== LINE_PATH) refuse(socket, 403)
    else if (sockets.clients.size >= MAX_SOCKETS) refuse(socket, 503)
    else
      sockets.handleUpgrade(request, socket, head, (opened) => {
        connections.trust(socket)
        serveSocket(studio, opened, { ...window, offer: downloads.offer })
      })
  })
  const drop = (): void => {
    for (const socket of sockets.clients) socket.terminate()
  }
  const address = (key: string): string => `http://127.0.0.1:${actual}/${KEY_MARK}${key}`
  return {
    url: address(secret),
    address: isTaken ? undefined : { port: actual, secret },
    visit: (onUsed) => address(guard.oneVisit(onUsed)),
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

interface Serving {
  readonly guard: Guard
  readonly files: ReadonlyMap<string, ServedFile>
  /** Headers of every answer. */
  readonly always: Readonly<Record<string, string>>
  readonly downloads: Downloads
  readonly connections: Connections
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { guard, files, always, downloads, connections }: Serving,
): void {
  for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
  const say = (status: number, sentence: string): void => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${sentence}\n`)
  }
  if (!guard.isForUs(request)) return say(421, 'This address is not the studio’s.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, 'Only GET is answered here.')
  const url = parsed(request)
  if (!url) return say(400, 'That is not an address.')
  const isFromUs = guard.isFromUs(request)
  if (url.pathname === KEY_PATH && isFromUs) return sendSecret(response, guard.secretFor(request))
  if (url.pathname === PROOF_PATH && isFromUs)
    return sendUncached(response, guard.proof(url.searchParams.get('challenge')))
  if (!isFromUs && !(url.pathname === '/' && guard.isVisit(request)))
    return say(403, 'Another site’s page gets nothing from the studio.')
  const nothing = (): void => say(404, 'There is no such file.')
  const offered = request.method === 'GET' ? downloads.take(url.pathname) : undefined
  if (offered) {
    // Only a window knows the address.
    connections.trust(request.socket)
    sendFile(offered, response).then(
      (isSent) => {
        if (!isSent) nothing()
      },
      () => response.destroy(),
    )
    return
  }
  const file = files.get(url.pathname)
  if (!file) return nothing()
  response.writeHead(200, {
    'content-type': file.type,
    'content-length': file.bytes.length,
    'cache-control': file.unchanging ? 'private, max-age=31536000, immutable' : 'no-cache',
  })
  response.end(request.method === 'HEAD' ? undefined : file.bytes)
}

/** The session's secret, to a window that has a key; undefined = it has none, or an old one. */
const sendSecret = (response: ServerResponse, secret: string | undefined): void => {
  sendUncached(response, secret, 403)
}

function sendUncached(response: ServerResponse, text: string | undefined, otherwise = 400): void {
  response.writeHead(text === undefined ? otherwise : 200, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(text)
}

function parsed({ url = '' }: IncomingMessage): URL | undefined {
  // An absolute or protocol-relative address would name another host.
  if (!url.startsWith('/') || url.startsWith('//')) return undefined
  return URL.parse(url, 'http://127.0.0.1') ?? undefined
}

/** Says so and lets go of the connection: one that was only ended would stay until the other side ends it too. */
function refuse(socket: Socket, status: number): void {
  socket.write(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
  socket.destroySoon()
}

/** `orAny`: any free port where this one is taken. Whether it was. Error: 'run/port-taken'. */
async function listenOn(server: Server, port: number, { orAny }: { readonly orAny: boolean }): Promise<boolean> {
  const listen = (at: number): Promise<unknown> => {
    const listening = once(server, 'listening')
    server.listen(at, '127.0.0.1')
    return listening
  }
  try {
    await listen(port)
    return false
  } catch {
    if (!orAny || port === 0) throw studioError('run/port-taken', port)
    await listen(0)
    return true
  }
}
