// Paths that a person types into a window: only within the folders that they named when they started the host.
import { realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'

/** The path with every link followed; of what is not there yet, the part that is. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(real(parent), basename(path))
  }
}

const liesIn = (folder: string, path: string): boolean => {
  const way = relative(folder, path)
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way))
}

/** The path without links, where it lies in one of the folders. Error: 'studio/path-outside'. */
export function withinAllowed(allowed: readonly string[], path: string): string {
  const found = isAbsolute(path) && !path.includes('\0') ? real(resolve(path)) : undefined
  if (found === undefined || !allowed.some((folder) => liesIn(real(resolve(folder)), found)))
    throw studioError('studio/path-outside', path, allowed)
  return found
}
