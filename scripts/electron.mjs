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

/** An Electron that ends badly so soon, in milliseconds, has shown nobody anything. */
const START_MS = 15_000

/**
 * Runs it to its end and passes signals on. Only an end that somebody asked for is a good one: Chromium ends itself by a
 * signal where the system forbids its sandbox (SIGTRAP), and crashes by one.
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<{ code: number, how: string, early: boolean }>} `code`: 0 = ended well; `how`: its exit code or signal
 */
export async function runElectron(program, args) {
  const started = performance.now()
  let asked = false
  /** @param {NodeJS.Signals} signal */
  const pass = (signal) => {
    asked = true
    // A terminal sends ctrl-C to Electron as well.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  // Before the start: a signal that came just after it would end this process and leave Electron behind.
  for (const signal of signals) process.on(signal, pass)
  const child = spawn(program, args, { stdio: 'inherit' })
  const { code, how } = await new Promise((resolve) => {
    child.on('error', ({ message }) => resolve({ code: 1, how: message }))
    child.on('exit', (status, signal) =>
      resolve({ code: status ?? 1, how: signal === null ? `exit code ${status}` : `ended by ${signal}` }),
    )
  })
  for (const signal of signals) process.off(signal, pass)
  return { code: asked ? 0 : code, how, early: performance.now() - started < START_MS }
}
