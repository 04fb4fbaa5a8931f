// Versions of the packages that the studio stands on, as their own descriptions say.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** A package hides its description from imports, so it is looked for beside the file that it does show. */
export function packageVersion(name: string): string {
  const { resolve } = createRequire(import.meta.url)
  for (let folder = dirname(resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly version: string }).version
    } catch {
      // Not in this folder: in one above it.
    }
  }
  return 'unknown'
}
