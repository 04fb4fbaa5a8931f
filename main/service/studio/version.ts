// Versions of the studio and of the packages it stands on, as their own descriptions say.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const described = (path: string | URL): string =>
  (JSON.parse(readFileSync(path, 'utf8')) as { readonly version: string }).version

export const studioVersion = described(new URL('../../../package.json', import.meta.url))

/** A package hides its description from imports, so it is looked for beside the file that it does show. */
export function packageVersion(name: string): string {
  const { resolve } = createRequire(import.meta.url)
  for (let folder = dirname(resolve(name)); folder !== dirname(folder); folder = dirname(folder)) {
    try {
      return described(join(folder, 'package.json'))
    } catch {
      // Not in this folder: in one above it.
    }
  }
  return 'unknown'
}
