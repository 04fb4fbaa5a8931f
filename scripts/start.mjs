// `npm start`: builds the window where it has changed, then opens it in Electron, or else in the person's browser.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { hasDisplay } from '../main/hosts/browser/open.ts'
import { buildElectron } from './build-electron.mjs'
import { electronPath, fetchElectron, runElectron } from './electron.mjs'
import { root } from './node24.mjs'
import { say } from './packages.mjs'
import { buildRenderer } from './renderer.mjs'

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
  const { code, how, early } = await runElectron(program, [root, ...args])
  if (code !== 0 && early) {
    say(`Electron could not be started here (${how}), so the studio opens in your browser.`)
    return false
  }
  if (code !== 0) say(`Electron ended unexpectedly (${how}). What you confirmed is saved: start the studio again.`)
  process.exitCode = code
  return true
}

const args = process.argv.slice(2)
const own = args.filter((arg) => arg !== '--browser')
const wantsBrowser = own.length < args.length || own.some((arg) => /^--(no-open|port|allow)\b/.test(arg))
await buildRenderer()
if (wantsBrowser || !hasDisplay() || !(await inElectron(own))) {
  const host = join(root, 'main/hosts/browser/main.ts')
  process.argv = [process.execPath, host, ...own]
  await import(pathToFileURL(host).href)
}
