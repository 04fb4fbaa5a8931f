// Builds the window's page where its sources have changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node24.mjs'
import { say } from './packages.mjs'

const sources = ['renderer/**/*', 'main/contract/**/*.ts', 'vite.config.ts', 'package-lock.json']
const built = join(root, 'build', 'renderer')
const stamp = join(root, 'build', 'renderer.sha256')

/** SHA-256 over the names and contents of all that the page is made of. */
function fingerprint() {
  const hash = createHash('sha256')
  for (const file of globSync(sources, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort())
    hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

/** Needs the packages to be installed. */
export async function buildRenderer() {
  const now = fingerprint()
  if (existsSync(join(built, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === now) return
  say('Building the window …')
  const { build } = await import('vite')
  await build({ root: join(root, 'renderer'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
  mkdirSync(join(root, 'build'), { recursive: true })
  writeFileSync(stamp, now)
}
