// Downloads one file over HTTP: goes on where an earlier try ended, and gives up on a line that has gone silent.
import { createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface DownloadOptions {
  /** Bytes of the whole file. */
  readonly bytes: number
  /** Hears how many bytes are there, those of earlier tries included. */
  readonly onBytes: (done: number) => void
  readonly signal: AbortSignal
  /** Hears of every server that answered. */
  readonly onConnection: (host: string) => void
  /** Milliseconds without a byte after which a try ends. */
  readonly patience?: number
}

const defaultPatience = 30_000

/** Fills `part` with what lies at `url`. Throws an Error with a short reason; what came in until then stays in `part`. */
export async function download(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { bytes, onBytes, signal, onConnection, patience = defaultPatience } = options
  const have = await sizeOf(part)
  if (have === bytes) return
  if (have > bytes) await rm(part)
  const from = have < bytes ? have : 0
  const silence = watch(patience)
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, silence.signal]),
      ...(from > 0 ? { headers: { range: `bytes=${from}-` } } : {}),
    })
    onConnection(new URL(response.url).host)
    if (!response.ok || response.body === null) throw new Error(`it answered ${response.status}`)
    const goesOn =
      response.status === 206 && response.headers.get('content-range')?.startsWith(`bytes ${from}-`) === true
    if (from > 0 && response.status === 206 && !goesOn) throw new Error('it sent another part than was asked for')
    let done = goesOn ? from : 0
    const counted = async function* (pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
      for await (const piece of pieces) {
        silence.heard()
        done += piece.length
        if (done > bytes) throw new Error('it sent more than the file has')
        onBytes(done)
        yield piece
      }
    }
    await pipeline(
      Readable.fromWeb(response.body as never),
      counted,
      createWriteStream(part, { flags: goesOn ? 'a' : 'w' }),
    )
    if (done < bytes) throw new Error('the connection ended early')
  } catch (error) {
    signal.throwIfAborted()
    if (silence.signal.aborted) throw new Error('it did not answer in time', { cause: error })
    throw new Error(reasonOf(error), { cause: error })
  } finally {
    silence.end()
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  )

/** Aborts when nothing has been heard for so long. */
function watch(patience: number) {
  const abort = new AbortController()
  const start = (): NodeJS.Timeout =>
    setTimeout(() => {
      abort.abort()
    }, patience)
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
  if (cause instanceof Error && 'code' in cause) return `it cannot be reached: ${String(cause.code)}`
  return cause instanceof Error && error.message === 'fetch failed'
    ? `it cannot be reached: ${cause.message}`
    : error.message
}
