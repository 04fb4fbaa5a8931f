// Reads a file's bytes, piece by piece.
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'

/** Small enough that parsing the rows of a piece blocks the event loop for a few milliseconds only. */
const pieceBytes = 1 << 15
const sampleBytes = 1 << 16

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

/** The first 64 KiB at most. Errors: 'data/not-found', 'data/not-a-file', 'data/unreadable', 'data/empty'. */
export async function firstBytes(path: string): Promise<Uint8Array> {
  // Opening a pipe would wait for a writer, and block one of Node's few threads for files.
  const kind = await stat(path).catch(() => undefined)
  if (kind && !kind.isFile() && !kind.isDirectory()) throw studioError('data/not-a-file', path)
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
