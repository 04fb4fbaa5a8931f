// Stores precomputed keys and values: all of them on disk, as many as fit in memory, the others loaded ahead of their use.
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** All layers' keys and values of one text, in one block. */
export type Block = Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer>

export interface KvStoreOptions {
  /** Folder of the blocks; undefined = in memory alone. Runs on the same texts share it. */
  readonly folder: string | undefined
  /** Bytes that may stay in memory; blocks beyond are loaded from disk each time. */
  readonly memory: number
  /** Whether blocks are float16, which loses nothing of 8-bit and 16-bit models; float32 keeps a float32 run exact. */
  readonly half: boolean
}

export interface KvStore {
  readonly bytesPerValue: 2 | 4
  /** Whether a block of so many values is stored under the key. */
  has(key: string, values: number): Promise<boolean>
  /** Stores a block; may keep the array `values` itself. */
  put(key: string, values: Float32Array<ArrayBuffer>): Promise<void>
  /** Fails for a key that was never put: with RangeError in memory, with the file system's error on disk. */
  get(key: string, values: number): Promise<Block>
  /** Begins to load the blocks of the next calls of `get`. */
  prefetch(entries: readonly { readonly key: string; readonly values: number }[]): void
}

/** Share of the free disk space that blocks take at most. */
const diskShare = 0.5

/** Bytes that blocks may take on the disk of `folder`, which is created where it is missing. */
export async function kvDiskBudget(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize * diskShare
}

export function createKvStore({ folder, memory, half }: KvStoreOptions): KvStore {
  const bytesPerValue = half ? 2 : 4
  const inMemory = new Map<string, Block>()
  const loading = new Map<string, Promise<Block>>()
  let budget = memory
  const pathOf = (key: string): string =>
    join(folder ?? '', `${createHash('sha256').update(key).digest('hex')}.${half ? 'f16' : 'f32'}`)

  /** The first blocks stay: epochs use all of them in turn, so that evicting the least recently used would evict the next. */
  const keepInMemory = (key: string, block: Block): boolean => {
    if (folder !== undefined && block.byteLength > budget) return false
    budget -= block.byteLength
    inMemory.set(key, block)
    return true
  }
  const load = async (key: string, values: number): Promise<Block> => {
    const block = half ? new Float16Array(values) : new Float32Array(values)
    await readInto(pathOf(key), new Uint8Array(block.buffer))
    keepInMemory(key, block)
    return block
  }
  return {
    bytesPerValue,
    async has(key, values) {
      if (inMemory.has(key)) return true
      if (folder === undefined) return false
      const found = await stat(pathOf(key)).catch(() => undefined)
      if (found?.size !== values * bytesPerValue) return false
      // Pruning removes the blocks with the oldest times first.
      await utimes(pathOf(key), new Date(), new Date())
      return true
    },
    async put(key, values) {
      const block = half ? Float16Array.from(values) : values
      const isInMemory = keepInMemory(key, block)
      if (folder === undefined) return
      const writing = writeWhole(pathOf(key), new Uint8Array(block.buffer))
      // A failed write matters only for a block that is not in memory.
      await (isInMemory ? writing.catch(() => undefined) : writing)
    },
    async get(key, values) {
      const found = inMemory.get(key)
      if (found) return found
      if (folder === undefined) throw new RangeError('the keys and values of this text were never computed')
      const block = await (loading.get(key) ?? load(key, values))
      loading.delete(key)
      return block
    },
    prefetch(entries) {
      if (folder === undefined) return
      for (const { key, values } of entries) {
        if (inMemory.has(key) || loading.has(key)) continue
        const block = load(key, values)
        // `get` reports a failure; here it must not become an unhandled rejection.
        block.catch(() => undefined)
        loading.set(key, block)
      }
    },
  }
}

/** Removes blocks below `folder`, the least recently used first, until they take at most `maxBytes`. */
export async function pruneKvStore(folder: string, maxBytes: number): Promise<void> {
  const names = await readdir(folder, { recursive: true }).catch(() => [])
  const found = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      const about = await stat(path).catch(() => undefined)
      return about?.isFile() ? [{ path, bytes: about.size, used: about.mtimeMs }] : []
    }),
  )
  let bytes = 0
  for (const file of found.flat().sort((a, b) => b.used - a.used)) {
    bytes += file.bytes
    if (bytes > maxBytes) await rm(file.path, { force: true })
  }
}

async function readInto(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path)
  try {
    let at = 0
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at)
      if (bytesRead === 0) throw new RangeError(`${path} is shorter than it was`)
      at += bytesRead
    }
  } finally {
    await file.close()
  }
}

/** Writes under another name, then renames: a block's file is complete even if the process ends while it writes. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const unfinished = `${path}.${process.pid}`
  const file = await open(unfinished, 'w')
  try {
    await file.writeFile(bytes)
  } finally {
    await file.close()
  }
  await rename(unfinished, path)
}
