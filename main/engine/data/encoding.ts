// Finds out how a text file is encoded, and reads it piece by piece.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { EncodingName } from '../../contract/reading.ts'

export interface TextPiece {
  readonly text: string
  /** Bytes of the file read so far. */
  readonly bytes: number
}

/** Small enough that parsing the rows of a piece blocks the event loop for a few milliseconds only. */
const pieceBytes = 1 << 15
const sampleBytes = 1 << 16

const marks: readonly (readonly [EncodingName, readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
]

/**
 * A byte order mark decides; else the zero bytes that Western text has in UTF-16; else UTF-8 where the whole file is
 * valid UTF-8; else Windows-1252, which Latin-1 files are read as everywhere. Errors: 'data/not-found', 'data/unreadable',
 * 'data/empty', 'data/binary'.
 */
export async function detectEncoding(path: string): Promise<EncodingName> {
  const start = await firstBytes(path)
  const marked = marks.find(([, bytes]) => bytes.every((byte, i) => start[i] === byte))
  if (marked) return marked[0]
  const wide = wideEncoding(start)
  if (wide) return wide
  if (start.includes(0)) throw studioError('data/binary', basename(path))
  return (await isUtf8(path)) ? 'utf-8' : 'windows-1252'
}

/** The file's text without a byte order mark; what is invalid in its encoding becomes U+FFFD. Errors: 'data/unreadable'. */
export async function* readText(path: string, encoding: EncodingName): AsyncGenerator<TextPiece> {
  const decoder = new TextDecoder(encoding)
  let bytes = 0
  for await (const piece of readBytes(path)) {
    bytes += piece.length
    const text = decoder.decode(piece, { stream: true })
    if (text !== '') yield { text, bytes }
  }
  const rest = decoder.decode()
  if (rest !== '') yield { text: rest, bytes }
}

/** The file's bytes in pieces. Errors: 'data/unreadable'. */
export async function* readBytes(path: string): AsyncGenerator<Uint8Array> {
  const stream: AsyncIterable<Uint8Array> = createReadStream(path, { highWaterMark: pieceBytes })
  const pieces = stream[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { value, done } = await pieces.next().catch((error: unknown) => {
        throw unreadable(path, error)
      })
      if (done === true) return
      yield value
    }
  } finally {
    await pieces.return?.()
  }
}

/** The first 64 KiB at most. Errors: 'data/not-found', 'data/unreadable', 'data/empty'. */
export async function firstBytes(path: string): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw studioError('data/not-found', path)
    throw unreadable(path, error)
  })
  let start: Uint8Array
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(sampleBytes), 0, sampleBytes, 0)
    start = buffer.subarray(0, bytesRead)
  } catch (error) {
    throw unreadable(path, error)
  } finally {
    await file.close()
  }
  if (start.length === 0) throw studioError('data/empty', basename(path))
  return start
}

const unreadable = (path: string, error: unknown): Error =>
  studioError('data/unreadable', path, error instanceof Error ? error.message : String(error))

/** UTF-16 without a byte order mark: nearly every other byte is zero, on one side only. */
function wideEncoding(bytes: Uint8Array): EncodingName | undefined {
  const pairs = bytes.length >> 1
  if (pairs === 0) return undefined
  const zeros = [0, 0]
  for (let i = 0; i < 2 * pairs; i++) if (bytes[i] === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  const [even = 0, odd = 0] = zeros.map((count) => count / pairs)
  if (odd > 0.4 && even < 0.05) return 'utf-16le'
  if (even > 0.4 && odd < 0.05) return 'utf-16be'
  return undefined
}

async function isUtf8(path: string): Promise<boolean> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of readBytes(path)) decoder.decode(piece, { stream: true })
    decoder.decode()
    return true
  } catch (error) {
    if (error instanceof TypeError) return false
    throw error
  }
}
