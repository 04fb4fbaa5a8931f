// Stores precomputed keys and values: on disk within a budget, as many as fit in memory, the others loaded ahead of their use.
import { createHash } from 'node:crypto'
import { open, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** All layers' keys and values of one text, in one block. */
export type Block = Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer>

export interface KvStoreOptions {
  /** Folder of the blocks; undefined = in memory alone. Runs on the same texts share it. */
  readonly folder: string | undefined
  /** Bytes that may stay in memory; blocks beyond are loaded from disk each time. */
  readonly memory: number
  /** Makes room on disk for `needed` bytes of new blocks, and gives those that they may take; no bound where absent. */
  readonly disk?: (needed: number) => Promise<number>
  /** Whether blocks are float16, which loses nothing of 8-bit and 16-bit models; float32 keeps a float32 run exact. */
  readonly half: boolean
  /** Called once, where a block can be kept neither in memory nor on disk: it is computed again at each use. */
  readonly onFull?: () => void
}

export interface KvStore {
  readonly bytesPerValue: 2 | 4
  /** Whether a block of so many values is stored under the key. */
  has(key: string, values: number): Promise<boolean>
  /** Makes room for blocks of so many values in all. */
  reserve(values: number): Promise<void>
  /** Stores a block where there is room for it; may keep the array `values` itself. */
  put(key: string, values: Float32Array<ArrayBuffer>): Promise<Block>
  /** Undefined for a block that was never put, found no room, or has been deleted since. */
  get(key: string, values: number): Promise<Block | undefined>
  /** Begins to load the blocks of the next calls of `get`. */
  prefetch(entries: readonly { readonly key: string; readonly values: number }[]): void
}

export function createKvStore({ folder, memory, disk, half, onFull }: KvStoreOptions): KvStore {
  const bytesPerValue = half ? 2 : 4
  const inMemory = new Map<string, Block>()
  const loading = new Map<string, Promise<Block | undefined>>()
  let memoryLeft = memory
  let diskLeft = folder === undefined ? 0 : Infinity
  let isFull = false
  const pathOf = (key: string): string =>
    join(folder ?? '', `${createHash('sha256').update(key).digest('hex')}.${half ? 'f16' : 'f32'}`)

  /** The first blocks stay: epochs use all of them in turn, so that evicting the least recently used would evict the next. */
  const keepInMemory = (key: string, block: Block): boolean => {
    if (block.byteLength > memoryLeft) return false
    memoryLeft -= block.byteLength
    inMemory.set(key, block)
    return true
  }
  /** A disk that is full or read-only is no reason to fail: what it does not take is computed again. */
  const keepOnDisk = async (key: string, block: Block): Promise<boolean> => {
    if (block.byteLength > diskLeft) return false
    diskLeft -= block.byteLength
    const isWritten = await writeWhole(pathOf(key), new Uint8Array(block.buffer)).catch(() => false)
    if (!isWritten) diskLeft = 0
    return isWritten
  }
  const load = async (key: string, values: number): Promise<Block | undefined> => {
    const block = half ? new Float16Array(values) : new Float32Array(values)
    // A block that cannot be read is computed anew.
    if (!(await readInto(pathOf(key), new Uint8Array(block.buffer)).catch(() => false))) return undefined
    keepInMemory(key, block)
    return block
  }
  return {
    bytesPerValue,
    async has(key, values) {
      if (inMemory.has(key)) return true
      if (folder === undefined) return false
      // A block that cannot be found is computed anew.
      const found = await stat(pathOf(key)).catch(() => undefined)
      if (found?.size !== values * bytesPerValue) return false
      // Pruning removes the blocks with the oldest times first; a read-only disk keeps its times.
      await utimes(pathOf(key), new Date(), new Date()).catch(() => undefined)
      return true
    },
    async reserve(values) {
      if (folder !== undefined && disk) diskLeft = await disk(values * bytesPerValue)
    },
    async put(key, values) {
      const block = half ? Float16Array.from(values) : values
      const isKept = keepInMemory(key, block)
      if ((await keepOnDisk(key, block)) || isKept || isFull) return block
      isFull = true
      onFull?.()
      return block
    },
    async get(key, values) {
      const found = inMemory.get(key)
      if (found || folder === undefined) return found
      const block = await (loading.get(key) ?? load(key, values))
      loading.delete(key)
      return block
    },
    prefetch(entries) {
      if (folder === undefined) return
      for (const { key, values } of entries)
        if (!inMemory.has(key) && !loading.has(key)) loading.set(key, load(key, values))
    },
  }
}

/** False where the file is shorter than `bytes`. Error: the file system's where it is not there. */
async function readInto(path: string, bytes: Uint8Array): Promise<boolean> {
  const file = await open(path)
  try {
    let at = 0
    while (at < bytes.length) {
      const { bytesRead } = await file.read(bytes, at, bytes.length - at, at)
      if (bytesRead === 0) return false
      at += bytesRead
    }
    return true
  } finally {
    await file.close()
  }
}

/** Writes under another name, then renames: a block's file is complete even if the process ends while it writes. */
async function writeWhole(path: string, bytes: Uint8Array): Promise<true> {
  const unfinished = `${path}.${process.pid}`
  try {
    const file = await open(unfinished, 'w')
    try {
      await file.writeFile(bytes)
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
    return true
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined)
    throw error
  }
}
