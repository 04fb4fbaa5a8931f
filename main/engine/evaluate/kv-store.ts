// Keys and values of texts that were read: as many as fit in memory, all of them on disk, each fetched before it is needed.
import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises'
import { join } from 'node:path'

/** All layers' keys and values of one text, in one block. */
export type Block = Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer>

export interface KvStoreOptions {
  /** Where blocks lie; undefined = in memory alone. Runs that read the same texts in the same way share it. */
  readonly folder: string | undefined
  /** Bytes that may stay in memory; those beyond are fetched each time. */
  readonly memory: number
  /** 16 bits hold what 8-bit and 16-bit models compute; float32 keeps a float32 run exact. */
  readonly half: boolean
}

export interface KvStore {
  readonly bytesPerValue: 2 | 4
  /** Whether a text's block of so many values lies ready. */
  has(key: string, values: number): Promise<boolean>
  /** May keep `values` themselves. */
  put(key: string, values: Float32Array<ArrayBuffer>): Promise<void>
  /** Throws RangeError for one that was never put. */
  get(key: string, values: number): Promise<Block>
  /** Begins to fetch what a `get` will ask for while something else computes. */
  prefetch(wanted: readonly { readonly key: string; readonly values: number }[]): void
}

/** Share of what is free on the disk that blocks take at most. */
const diskShare = 0.5

/** Bytes that blocks may take on the disk of a folder that need not be there yet. */
export async function kvDiskBudget(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize * diskShare
}

export function createKvStore({ folder, memory, half }: KvStoreOptions): KvStore {
  const bytesPerValue = half ? 2 : 4
  const held = new Map<string, Block>()
  const coming = new Map<string, Promise<Block>>()
  let budget = memory
  const pathOf = (key: string): string =>
    join(folder ?? '', `${createHash('sha256').update(key).digest('hex')}.${half ? 'f16' : 'f32'}`)

  /** The first that come stay: epochs go round, and whoever was used least recently would be needed next. */
  const keep = (key: string, block: Block): boolean => {
    if (folder !== undefined && block.byteLength > budget) return false
    budget -= block.byteLength
    held.set(key, block)
    return true
  }
  const fetch = async (key: string, values: number): Promise<Block> => {
    const block = half ? new Float16Array(values) : new Float32Array(values)
    await readInto(pathOf(key), new Uint8Array(block.buffer))
    keep(key, block)
    return block
  }
  return {
    bytesPerValue,
    async has(key, values) {
      if (held.has(key)) return true
      if (folder === undefined) return false
      const found = await stat(pathOf(key)).catch(() => undefined)
      if (found?.size !== values * bytesPerValue) return false
      // What was used last is cleared away last.
      await utimes(pathOf(key), new Date(), new Date())
      return true
    },
    async put(key, values) {
      const block = half ? Float16Array.from(values) : values
      const isHeld = keep(key, block)
      if (folder === undefined) return
      const written = writeWhole(pathOf(key), new Uint8Array(block.buffer))
      // Only what memory has no room for must be on disk.
      await (isHeld ? written.catch(() => undefined) : written)
    },
    async get(key, values) {
      const found = held.get(key)
      if (found) return found
      if (folder === undefined) throw new RangeError('a text that was never read')
      const block = await (coming.get(key) ?? fetch(key, values))
      coming.delete(key)
      return block
    },
    prefetch(wanted) {
      if (folder === undefined) return
      for (const { key, values } of wanted) {
        if (held.has(key) || coming.has(key)) continue
        const block = fetch(key, values)
        // Whoever gets it hears of the failure.
        block.catch(() => undefined)
        coming.set(key, block)
      }
    },
  }
}

/** Removes blocks below `folder`, those used longest ago first, until they take no more than so many bytes. */
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

/** Under another name first: a file that is there is whole, whatever ended the process that wrote it. */
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
