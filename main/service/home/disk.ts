// How many bytes files and folders take.
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** Whether `path` lies in `folder`, or is it. */
export function liesIn(folder: string, path: string): boolean {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !way.includes(':'))
}

/** Bytes of a file, or of all files in a folder; what is not there takes none. */
export async function bytesAt(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return 0
  if (!found.isDirectory()) return found.size
  const entries: Dirent[] = await readdir(path, { withFileTypes: true }).catch(() => [])
  let sum = 0
  // A link may lead anywhere, even back here.
  for (const entry of entries) if (!entry.isSymbolicLink()) sum += await bytesAt(join(path, entry.name))
  return sum
}

/** A file in a folder among the models that the studio has made or was handed: what else lies there belongs to its owner. */
export const ownMark = '.softprompt-copy'
