// Downloads one file over HTTP: continues where a try ended, and gives up on a silent connection.
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** One request to a server and its answer, in bytes; what encryption adds to them is not counted. */
export interface Exchange {
  readonly host: string
  readonly sent: number
  readonly received: number
}

export interface DownloadOptions {
  /** Bytes of the whole file. */
  readonly bytes: number
  /** Called with the bytes that are there, those of earlier tries included. */
  readonly onBytes: (done: number) => void
  readonly signal: AbortSignal
  /** Called for every request, to redirecting and silent servers too, with the bytes of content that came back. */
  readonly onConnection: (exchange: Exchange) => void
  /** Milliseconds without a byte after which a try ends. */
  readonly timeout?: number
}

const defaultTimeout = 30_000
const maxRedirects = 5
const maxTries = 10

/** An answer that another try would not change. */
class Refused extends Error {}

/**
 * Fills `part` with the file at `url`, continuing what is there already; a broken connection is tried again as
 * long as each try brings more. Throws an Error with a short reason; what came in until then stays in `part`.
 */
export async function download(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { bytes, signal } = options
  if ((await sizeOf(part)) > bytes) await rm(part)
  for (let tries = 1; ; tries++) {
    const before = await sizeOf(part)
    if (before === bytes) return
    try {
      return await attempt(url, part, before, options)
    } catch (error) {
      signal.throwIfAborted()
      const broughtMore = (await sizeOf(part)) > before
      if (error instanceof Refused || !broughtMore || tries === maxTries)
        throw new Error(reasonOf(error), { cause: error })
    }
  }
}

/** One request, from byte `from` on; `part` holds those before. */
async function attempt(url: string, part: string, from: number, options: DownloadOptions): Promise<void> {
  const { bytes, onBytes, signal, onConnection, timeout = defaultTimeout } = options
  const silence = watch(timeout)
  // Ranges count the file's own bytes, so nothing may compress them on the way.
  const headers = { 'accept-encoding': 'identity', ...(from > 0 ? { range: `bytes=${from}-` } : {}) }
  const patient = AbortSignal.any([signal, silence.signal])
  try {
    const { response, host, sent } = await follow(url, { headers, signal: patient }, onConnection)
    let received = 0
    try {
      if (!response.ok || response.body === null) throw new Refused(`it answered ${response.status}`)
      const goesOn = response.status === 206
      if (goesOn && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) !== true)
        throw new Refused('it sent another part than was asked for')
      const start = goesOn ? from : 0
      const counted = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
        for await (const piece of pieces) {
          silence.heard()
          received += piece.length
          if (start + received > bytes) throw new Refused('it sent more than the file has')
          yield piece
          onBytes(start + received)
        }
      }
      const body = Readable.fromWeb(response.body as never)
      await pipeline(body, counted, createWriteStream(part, { flags: goesOn ? 'a' : 'w' }))
      if (start + received < bytes) throw new Error('the connection ended early')
    } finally {
      onConnection({ host, sent, received })
    }
  } catch (error) {
    if (silence.signal.aborted) throw new Error('it did not answer in time', { cause: error })
    throw error
  } finally {
    silence.end()
  }
}

/** Asks for `url`, and for wherever it leads to. */
async function follow(
  url: string,
  request: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
  onConnection: DownloadOptions['onConnection'],
): Promise<{ readonly response: Response } & Pick<Exchange, 'host' | 'sent'>> {
  for (let at = new URL(url), hops = 0; hops <= maxRedirects; hops++) {
    const { host } = at
    const sent = sizeOfRequest(at, request.headers)
    const response = await fetch(at, { ...request, redirect: 'manual' }).catch((error: unknown) => {
      onConnection({ host, sent, received: 0 })
      throw error
    })
    const target = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || target === null) return { response, host, sent }
    await response.body?.cancel()
    onConnection({ host, sent, received: 0 })
    at = new URL(target, at)
  }
  throw new Refused('it leads from one address to the next without end')
}

/** What fetch itself writes into every request. */
const ownHeaders = {
  connection: 'keep-alive',
  accept: '*/*',
  'accept-language': '*',
  'sec-fetch-mode': 'cors',
  'user-agent': 'node',
}

function sizeOfRequest({ host, pathname, search }: URL, headers: Readonly<Record<string, string>>): number {
  const lines = Object.entries({ host, ...ownHeaders, ...headers }).map(([name, value]) => `${name}: ${value}`)
  return Buffer.byteLength([`GET ${pathname}${search} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Aborts where `heard` is not called for `timeout` milliseconds. */
function watch(timeout: number) {
  const abort = new AbortController()
  const start = (): NodeJS.Timeout =>
    setTimeout(() => {
      abort.abort()
    }, timeout)
  let timer = start()
  const end = (): void => {
    clearTimeout(timer)
  }
  return {
    signal: abort.signal,
    heard: () => {
      end()
      timer = start()
    },
    end,
  }
}

/** fetch says only "fetch failed"; its cause tells why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (error.message !== 'fetch failed' || !(cause instanceof Error)) return error.message
  return `it cannot be reached: ${'code' in cause ? String(cause.code) : cause.message}`
}
