// The local API's server: who may ask, what is answered, in which bounds, and how it ends.
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { codeOf } from '../../contract/errors/causes.ts'
import { studioError } from '../../contract/errors/index.ts'
import type { Studio } from '../../contract/service.ts'
import type { RequestLine } from '../../contract/serving.ts'
import { createApp } from './app.ts'
import { createGuard } from './guard.ts'
import type { Keys } from '../../service/serving/keys.ts'
import { openShelf } from './shelf.ts'

/** Milliseconds. */
export interface Patience {
  /** For a request's headers, and for all of it. */
  readonly headers: number
  readonly request: number
  /** For an answer. */
  readonly answer: number
  /** For the answers that are under way when the server ends. */
  readonly drain: number
}

const usual: Patience = { headers: 5_000, request: 30_000, answer: 5 * 60_000, drain: 20_000 }

/** Connections at most; requests beyond those that may wait are refused long before. */
const MAX_CONNECTIONS = 512
/** Milliseconds between two requests of one connection. */
const KEEP_ALIVE_MS = 15_000

export interface ApiOptions {
  readonly studio: Studio
  /** The name of the only base model whose prompts are offered; undefined = any. */
  readonly model?: string | undefined
  /** The prompts that are offered; undefined = what stands on the shelf. */
  readonly prompts?: readonly string[] | undefined
  readonly address: string
  /** 0 = any free one. */
  readonly port: number
  readonly keys: Keys
  /** Whether nobody is answered without a key. */
  readonly needsKey: boolean
  /** Further names by which others reach it, and origins whose pages may ask. */
  readonly names?: readonly string[]
  readonly origins?: readonly string[]
  /** Called when a request has been answered. */
  readonly onRequest: (line: RequestLine) => void
  readonly patience?: Partial<Patience>
}

export interface ApiHost {
  readonly url: string
  /** Takes no more requests, waits for the answers under way, then ends. */
  close(): Promise<void>
}

/** Errors: 'serving/port-taken', 'serving/no-address', those of the shelf. */
export async function serveApi(options: ApiOptions): Promise<ApiHost> {
  const { studio, model, prompts, address, port, names = [], origins = [] } = options
  const patience = { ...usual, ...options.patience }
  const ending = new AbortController()
  const source = openShelf({ studio, model, prompts, signal: ending.signal })
  const server = createAdaptorServer({
    // Made below, once the port is known, before anything can come in.
    fetch: (request, bindings) => app.fetch(request, bindings),
    serverOptions: {
      headersTimeout: patience.headers,
      requestTimeout: patience.request,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: Math.min(1000, patience.headers),
    },
    overrideGlobalObjects: false,
  }) as Server
  server.maxConnections = MAX_CONNECTIONS
  // Nothing is heard while an answer is computed: only then, and after it, is a connection cut.
  server.setTimeout(patience.answer + patience.drain)
  try {
    await source.shelf()
    await listen(server, address, port)
  } catch (error) {
    ending.abort()
    throw error
  }
  const actual = (server.address() as AddressInfo).port
  const guard = createGuard({ address, port: actual, names, origins })
  const app = createApp({ ...options, source, guard, signal: ending.signal, answerMs: patience.answer })
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${String(actual)}`,
    close: async () => {
      app.drain()
      const closed = once(server, 'close')
      server.close()
      const cut = setTimeout(() => {
        ending.abort()
        server.closeAllConnections()
      }, patience.drain)
      await closed
      clearTimeout(cut)
      ending.abort()
    },
  }
}

async function listen(server: Server, address: string, port: number): Promise<void> {
  const listening = once(server, 'listening')
  server.listen(port, address)
  try {
    await listening
  } catch (error) {
    throw codeOf(error) === 'EADDRINUSE'
      ? studioError('serving/port-taken', port)
      : studioError('serving/no-address', address)
  }
}
