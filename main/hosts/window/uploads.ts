// Files on their way from a window or to it, in the studio's folder: each is deleted once it was used, and all when the window leaves.
import { type FileHandle, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { device } from '../../contract/names.ts'

/** A file or folder that has arrived, or will be made. */
export interface Place {
  readonly path: string
  /** Never fails: what cannot be deleted now is at the service's next start. */
  remove(): Promise<void>
}

export interface Uploads {
  /** Begins a file, or a folder of files. Error: 'data/too-many-files'. */
  open(name: string, folder?: boolean): Promise<number>
  /** Begins the next file of a folder. Error: 'data/no-file'. */
  next(file: number, name: string): Promise<void>
  /** Pieces must be written in order. Errors: 'data/no-file'; 'data/not-received', as where the disk is full. */
  write(file: number, bytes: Uint8Array): Promise<void>
  /** Error: 'data/no-file'. */
  close(file: number): Promise<Place>
  /** Where a file of this name can be made, for the window. Error: 'data/not-received'. */
  place(name: string): Promise<Place>
  /** Gives up and deletes everything, whether it has arrived or not. */
  end(): Promise<void>
}

interface Upload extends Place {
  /** Undefined before the first file of a folder. */
  handle: FileHandle | undefined
  readonly isFolder: boolean
}

/** Files on their way at once: a window sends one after the other. */
const MAX_OPEN = 8

/** Disks take 255 bytes; letters of some scripts have four. */
const longestName = 190

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

/** `folder`: where the uploads of all windows lie. */
export function createUploads(folder: string): Uploads {
  const uploads = new Map<number, Upload>()
  let own: Promise<string> | undefined
  let last = 0
  let ended = false
  const get = (file: number): Upload => {
    const upload = uploads.get(file)
    if (!upload) throw studioError('data/no-file')
    return upload
  }
  const makeOwn = async (): Promise<string> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    return mkdtemp(join(folder, 'window-'))
  }
  /** A folder for one file, apart from others of the same name. */
  const folderFor = async (file: number): Promise<string> => {
    const within = join(await (own ??= makeOwn()), String(file))
    await mkdir(within, { mode: 0o700 })
    return within
  }
  const forget = async (file: number): Promise<void> => {
    const upload = uploads.get(file)
    uploads.delete(file)
    await upload?.handle?.close()
  }
  const giveUp = async (file: number): Promise<void> => {
    const upload = uploads.get(file)
    await forget(file)
    await upload?.remove()
  }
  return {
    async open(name, isFolder = false) {
      if (uploads.size >= MAX_OPEN) throw studioError('data/too-many-files')
      const file = ++last
      // It counts from here on, though its place is still being made.
      const upload: { -readonly [Key in keyof Upload]: Upload[Key] } = {
        path: '',
        handle: undefined,
        isFolder,
        remove: () => Promise.resolve(),
      }
      uploads.set(file, upload)
      try {
        const within = await folderFor(file)
        upload.remove = () => deleteAll(within)
        upload.path = join(within, cleanName(name))
        if (isFolder) await mkdir(upload.path, { mode: 0o700 })
        else upload.handle = await open(upload.path, 'wx', 0o600)
      } catch (error) {
        await giveUp(file)
        throw notReceived(error)
      }
      // The window left meanwhile.
      if (ended) await giveUp(file)
      return file
    },
    async next(file, name) {
      const upload = get(file)
      if (!upload.isFolder) throw studioError('data/no-file')
      await upload.handle?.close()
      upload.handle = undefined
      upload.handle = await open(join(upload.path, cleanName(name)), 'wx', 0o600).catch(async (error: unknown) => {
        await giveUp(file)
        throw notReceived(error)
      })
    },
    async write(file, bytes) {
      const { handle } = get(file)
      if (!handle) throw studioError('data/no-file')
      try {
        // Unlike write, writeFile continues where the disk took only a part.
        await handle.writeFile(bytes)
      } catch (error) {
        await giveUp(file)
        throw notReceived(error)
      }
    },
    async close(file) {
      const { path, remove } = get(file)
      await forget(file)
      return { path, remove }
    },
    async place(name) {
      try {
        const within = await folderFor(++last)
        return { path: join(within, cleanName(name)), remove: () => deleteAll(within) }
      } catch (error) {
        throw notReceived(error)
      }
    },
    async end() {
      ended = true
      await Promise.allSettled([...uploads.keys()].map(giveUp))
      if (own) await own.then(deleteAll, () => undefined)
    },
  }
}

const deleteAll = (path: string): Promise<void> =>
  // What is left goes at the next start.
  rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined)

const notReceived = (error: unknown): Error =>
  studioError('data/not-received', error instanceof Error ? error.message : String(error))
