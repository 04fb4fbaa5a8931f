// Electron for `npm start`: where its program lies, and how it is fetched where it is missing.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node24.mjs'
import { say } from './packages.mjs'

const folder = join(root, 'node_modules', 'electron')

/** Minutes that the download may take. */
const LIMIT = 10

/** Path of the program; undefined where it has not been fetched. */
export function electronPath() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist')
  const note = join(folder, 'path.txt')
  if (!existsSync(note)) return undefined
  const path = join(dist, readFileSync(note, 'utf8').trim())
  return existsSync(path) ? path : undefined
}

/**
 * Fetches it with Electron's own installer, which checks what it gets.
 * @returns {Promise<string | undefined>} its path; undefined where that did not work
 */
export async function fetchElectron() {
  say('Fetching Electron, the program behind the window: about 120 MB from github.com, once.')
  const started = performance.now()
  const child = spawn(process.execPath, [join(folder, 'install.js')], { stdio: 'ignore' })
  const seconds = () => Math.round((performance.now() - started) / 1000)
  const progress = setInterval(() => say(`Still fetching Electron (${seconds()} s) …`), 15_000)
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT * 60_000)
  const done = await new Promise((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
  clearInterval(progress)
  clearTimeout(limit)
  return done ? electronPath() : undefined
}
