// The disk space of all data sets' KV precompute: its budget, and which blocks go when it is used up.
import { mkdir, readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Share of the disk space that blocks take at most, of what is free and what they take already. */
const diskShare = 0.5

/** Files in this folder say which processes use blocks, each since when: the time of its file. */
const leases = 'in-use'

interface StoredBlock {
  readonly path: string
  readonly bytes: number
  /** Milliseconds since 1970. */
  readonly used: number
}

/**
 * Bytes that the blocks below `root` may take in all. What they take already counts as free, so that a run that is
 * resumed has the budget that it began with.
 */
async function kvDiskBudget(root: string): Promise<number> {
  await mkdir(root, { recursive: true })
  const { bavail, bsize } = await statfs(root)
  return (bavail * bsize + bytesOf(await blocksBelow(root))) * diskShare
}

/** Bytes that a run's blocks may take below `root`: the budget without what running processes use. 0 where it cannot be written to. */
export async function kvDiskRoom(root: string): Promise<number> {
  const inUse = await earliestLease(root)
  const held = (await blocksBelow(root)).filter(({ used }) => used >= inUse)
  return kvDiskBudget(root).then(
    (budget) => budget - bytesOf(held),
    () => 0,
  )
}

/**
 * Makes the folder of a data set's blocks below `root`, and room for `needed` bytes in it; returns the bytes that new blocks
 * may take, 0 where the disk takes none.
 */
export async function reserveKvDisk(root: string, folder: string, needed: number): Promise<number> {
  try {
    await mkdir(folder, { recursive: true })
    const budget = await kvDiskBudget(root)
    return budget - (await pruneKvBlocks(root, budget - needed))
  } catch {
    // A read-only disk: blocks stay in memory, or are computed again.
    return 0
  }
}

/**
 * Removes blocks below `root`, the least recently used first, until they take at most `maxBytes`; those that a running
 * process uses stay. Returns the bytes that blocks take afterwards.
 */
export async function pruneKvBlocks(root: string, maxBytes: number): Promise<number> {
  const blocks = await blocksBelow(root)
  const inUse = await earliestLease(root)
  let bytes = 0
  for (const block of blocks.sort((a, b) => b.used - a.used)) {
    if (bytes + block.bytes > maxBytes && block.used < inUse) await rm(block.path, { force: true })
    else bytes += block.bytes
  }
  return bytes
}

/**
 * Keeps the blocks that this process uses from now on from being pruned by others, until it ends or the returned function
 * is called. A block counts as used where its time is not before the lease's.
 */
export async function leaseKvBlocks(root: string): Promise<() => Promise<void>> {
  const path = join(root, leases, `${String(process.pid)}-${String(performance.now())}`)
  try {
    await mkdir(join(root, leases), { recursive: true })
    await writeFile(path, String(process.pid))
  } catch {
    // Where nothing can be written, nothing is pruned either; a block that is gone is computed again.
  }
  return () => rm(path, { force: true }).catch(() => undefined)
}

/** When the first of the leases of running processes began; those of ended ones are removed. */
async function earliestLease(root: string): Promise<number> {
  const names = await readdir(join(root, leases)).catch(() => [])
  const times = await Promise.all(
    names.map(async (name) => {
      const path = join(root, leases, name)
      const pid = Number(await readFile(path, 'utf8').catch(() => ''))
      if (isRunning(pid)) return Math.floor((await stat(path).catch(() => undefined))?.mtimeMs ?? Infinity)
      await rm(path, { force: true })
      return Infinity
    }),
  )
  return Math.min(Infinity, ...times)
}

function isRunning(pid: number): boolean {
  if (!(pid > 0)) return false
  try {
    // Signal 0 only asks whether the process is there.
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function blocksBelow(root: string): Promise<StoredBlock[]> {
  // A folder that is not there yet holds no blocks.
  const names = await readdir(root, { recursive: true }).catch(() => [])
  const found = await Promise.all(
    names
      .filter((name) => !name.startsWith(leases))
      .map(async (name) => {
        const path = join(root, name)
        // Another process may have removed the block meanwhile.
        const about = await stat(path).catch(() => undefined)
        return about?.isFile() ? [{ path, bytes: about.size, used: about.mtimeMs }] : []
      }),
  )
  return found.flat()
}

const bytesOf = (blocks: readonly StoredBlock[]): number => blocks.reduce((sum, { bytes }) => sum + bytes, 0)
