// Builds the window's page where its sources have changed since the last time.
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node24.mjs'
import { notices } from './notices.mjs'
import { say } from './packages.mjs'

const sources = [
  'renderer/**/*',
  'main/contract/**/*.ts',
  'vite.config.ts',
  'package-lock.json',
  'resources/licences/*',
  'scripts/notices.mjs',
]
const built = join(root, 'build', 'renderer')
const beside = join(root, 'build', 'THIRD-PARTY-NOTICES.txt')
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
  const isBuilt = [join(built, 'index.html'), beside, stamp].every((path) => existsSync(path))
  if (isBuilt && readFileSync(stamp, 'utf8') === now) return
  say('Building the window …')
  const { build } = await import('vite')
  await build({ root: join(root, 'renderer'), configFile: join(root, 'vite.config.ts'), logLevel: 'warn' })
  // The window shows one, the packer lays the other beside the program: it packs no file twice.
  for (const path of [join(built, 'third-party-notices.txt'), beside]) writeFileSync(path, notices())
  writeFileSync(stamp, now)
}
