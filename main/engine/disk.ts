// How much room the disk has, and how much of it is left to what must always be possible: ending runs, deleting, shrinking.
import { statfsSync } from 'node:fs'
import { studioError } from '../contract/errors/index.ts'

/** Bytes of a folder's disk: those that this user may still write, and all. Infinity where the system does not tell. */
export function roomAt(folder: string): { readonly free: number; readonly total: number } {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder)
    return { free: bavail * bsize, total: blocks * bsize }
  } catch {
    // Some network disks know no such figure; a write that does not fit then fails by itself.
    return { free: Infinity, total: Infinity }
  }
}

/** Bytes that stay free for small writes: the database's write-ahead log takes 2 MB, and so may what it is copied into. */
const MARGIN = 8 << 20
/** Of a very small disk, at most this share. */
const MARGIN_SHARE = 0.1

/** Whether `bytes` more fit into the folder's disk without its margin. */
export function hasRoom(folder: string, bytes: number): boolean {
  const { free, total } = roomAt(folder)
  return free >= bytes + Math.min(MARGIN, MARGIN_SHARE * total)
}

/** Error: 'store/disk-full' where `bytes` more would not fit without the margin. */
export function keepMargin(folder: string, bytes = 0): void {
  if (!hasRoom(folder, bytes)) throw studioError('store/disk-full', folder)
}
