// Files that a window uploads into the studio's folder in pieces; incomplete ones are removed at the next start.
import { createHash } from 'node:crypto'
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import type { Home } from './home.ts'

export interface Uploads {
  open(name: string): Promise<number>
  /** Pieces must be written in order. Errors: 'data/no-file'; 'data/not-received', as where the disk is full. */
  write(file: number, bytes: Uint8Array): Promise<void>
  /** Path of the whole file. Error: 'data/no-file'. */
  close(file: number): Promise<string>
  /** Gives up what is still open. */
  end(): Promise<void>
}

interface Upload {
  readonly path: string
  readonly handle: FileHandle
}

/** Disks take 255 bytes; letters of some scripts have four. */
const longestName = 190
/** Names that Windows keeps for devices, whatever their ending. */
const device = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i

/** A name with which a file can be made anywhere: its last part, without what some system refuses, with its ending. */
export function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? ''
  const letters = [
    ...last
      .toWellFormed()
      .replace(/[\p{Cc}<>:"|?*]+/gu, '_')
      .replace(/[. ]+$/, ''),
  ]
  while (Buffer.byteLength(letters.join('')) > longestName) letters.shift()
  const clean = letters.join('').replace(/^[. ]+/, '')
  return device.test(clean) ? `_${clean}` : clean || 'file'
}

export async function createUploads({ cache }: Pick<Home, 'cache'>): Promise<Uploads> {
  const folder = join(cache, 'uploads')
  await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  const files = new Map<number, Upload>()
  let last = 0
  const get = (file: number): Upload => {
    const upload = files.get(file)
    if (!upload) throw studioError('data/no-file')
    return upload
  }
  const forget = async (file: number): Promise<void> => {
    await files.get(file)?.handle.close()
    files.delete(file)
  }
  return {
    async open(name) {
      const file = ++last
      // Two files of one name do not meet.
      const own = join(
        folder,
        createHash('sha256')
          .update(`${String(file)} ${name}`)
          .digest('hex')
          .slice(0, 12),
      )
      await mkdir(own, { recursive: true, mode: 0o700 })
      const path = join(own, cleanName(name))
      files.set(file, { path, handle: await open(path, 'w', 0o600) })
      return file
    },
    async write(file, bytes) {
      const { handle } = get(file)
      try {
        // Unlike write, writeFile continues where the disk took only a part.
        await handle.writeFile(bytes)
      } catch (error) {
        await forget(file)
        throw studioError('data/not-received', error instanceof Error ? error.message : String(error))
      }
    },
    async close(file) {
      const { path } = get(file)
      await forget(file)
      return path
    },
    async end() {
      for (const file of [...files.keys()]) await forget(file)
    },
  }
}
