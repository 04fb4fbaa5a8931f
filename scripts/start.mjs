// `npm start`: builds the window where it has changed, then opens it in Electron, or else in the person's browser.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasDisplay } from '../main/hosts/browser/open.ts'
import { buildElectron } from './build-electron.mjs'
import { electronPath, fetchElectron } from './electron.mjs'
import { root } from './node24.mjs'
import { say } from './packages.mjs'
import { buildRenderer } from './renderer.mjs'

/** An Electron that ends badly so soon has shown nobody anything. */
const START_MS = 15_000

/**
 * @param {string[]} args
 * @returns {Promise<boolean>} false where Electron could not be started
 */
async function inElectron(args) {
  const program = electronPath() ?? (await fetchElectron())
  if (program === undefined) {
    say('Electron could not be fetched, so the studio opens in your browser; npm start tries again next time.')
    return false
  }
  await buildElectron()
  const started = performance.now()
  const child = spawn(program, [root, ...args], { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => {
      // A terminal sends ctrl-C to Electron as well.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    })
  const code = await new Promise((resolve) => {
    child.on('error', () => resolve(1))
    child.on('exit', (status, signal) => resolve(signal === null ? status : 0))
  })
  const failed = code !== 0 && performance.now() - started < START_MS
  if (failed) say('Electron could not be started here, so the studio opens in your browser.')
  else process.exitCode = code
  return !failed
}

const args = process.argv.slice(2)
const own = args.filter((arg) => arg !== '--browser')
const wantsBrowser = own.length < args.length || own.some((arg) => /^--(no-open|port)\b/.test(arg))
await buildRenderer()
if (wantsBrowser || !hasDisplay() || !(await inElectron(own))) {
  const host = join(root, 'main/hosts/browser/main.ts')
  process.argv = [process.execPath, host, ...own]
  await import(pathToFileURL(host).href)
}
