// Files that a window's person takes by their browser: each at an address that nobody guesses, once, straight from the disk.
import { randomBytes } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { basename } from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { Place } from '../window/uploads.ts'

/** Where their addresses begin. */
const DOWNLOADS = '/downloads/'
/** Files that wait to be taken: beyond them the oldest goes. */
const MAX_WAITING = 64
/** Milliseconds that a browser may pause, as while its person chooses a folder. */
const PAUSE = 600_000

export interface Downloads {
  /** The address of a file, which need not be written yet; it is deleted once it was taken. */
  offer(place: Place): string
  /** The file of an address, which has none from then on. */
  take(address: string): Place | undefined
}

export function createDownloads(): Downloads {
  const waiting = new Map<string, Place>()
  return {
    offer: (place) => {
      const address = `${DOWNLOADS}${randomBytes(32).toString('base64url')}`
      waiting.set(address, place)
      const [oldest] = waiting
      if (waiting.size > MAX_WAITING && oldest) {
        waiting.delete(oldest[0])
        void oldest[1].remove()
      }
      return address
    },
    take: (address) => {
      const place = waiting.get(address)
      waiting.delete(address)
      return place
    },
  }
}

/** Sends the file, and deletes it. False where it was not written, or its window has left. */
export async function sendFile({ path, remove }: Place, response: ServerResponse): Promise<boolean> {
  const file = await open(path).catch(() => undefined)
  try {
    if (file) await stream(file, basename(path), response)
    return file !== undefined
  } finally {
    await file?.close()
    await remove()
  }
}

async function stream(file: FileHandle, name: string, response: ServerResponse): Promise<void> {
  const { size } = await file.stat()
  response.socket?.setTimeout(PAUSE)
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-length': size,
    'content-disposition': `attachment; filename*=UTF-8''${extended(name)}`,
    'cache-control': 'no-store',
    connection: 'close',
  })
  // Whoever breaks off has what has come so far.
  await pipeline(file.createReadStream(), response).catch(() => undefined)
}

/** As RFC 8187 writes a parameter's value. */
const extended = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
