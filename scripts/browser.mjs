// A browser for the journeys: one that is installed, or Playwright's own headless shell, fetched once.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { browserPath } from '../test/e2e/support/browser.ts'
import { programOf } from './checks.mjs'
import { root } from './node24.mjs'
import { say } from './packages.mjs'

/** Minutes that the download may take. */
const LIMIT = 10

const shell = ['--only-shell', 'chromium']

/**
 * @typedef {object} Parts
 * @property {string} installer Playwright's program
 * @property {() => string | undefined} installed path of a browser that the system has
 * @property {() => Promise<string | undefined>} launches why Playwright's own browser cannot be started; undefined where it can
 */

/** @returns {Parts} */
const usual = () => ({
  installer: programOf({ package: '@playwright/test', bin: 'playwright' }),
  installed: browserPath,
  launches,
})

/**
 * Makes sure that there is a browser.
 * @param {Parts} parts
 * @returns {Promise<string | undefined>} why there is none, in a sentence; undefined where there is one
 */
export async function readyBrowser({ installer, installed, launches } = usual()) {
  if (installed() !== undefined) return undefined
  if (!isFetched(installer) && !(await fetchShell(installer)))
    return 'No Chromium, Chrome or Edge was found, and Playwright’s could not be fetched. Connect to the internet, or name a browser in the variable CHROMIUM.'
  const why = await launches()
  return why && `Playwright’s browser does not start here (${why}). Name another one in the variable CHROMIUM.`
}

/**
 * @param {string} installer
 * @returns {boolean} whether a complete shell lies where the installer would put it
 */
function isFetched(installer) {
  const args = [installer, 'install', '--dry-run', ...shell]
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  const places = [...(stdout ?? '').matchAll(/Install location:\s+(\S.*)/g)].map(([, place = '']) => place.trim())
  const wanted = places.filter((place) => place.includes('chromium'))
  return wanted.length > 0 && wanted.every((place) => existsSync(join(place, 'INSTALLATION_COMPLETE')))
}

/**
 * @param {string} installer
 * @returns {Promise<boolean>}
 */
async function fetchShell(installer) {
  say('Fetching Playwright’s browser for the journeys: about 110 MB, once, into its usual cache.')
  // What it prints goes where our own words go: stdout belongs to the tests.
  const child = spawn(process.execPath, [installer, 'install', ...shell], { cwd: root, stdio: ['ignore', 2, 2] })
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT * 60_000)
  const done = await new Promise((resolve) => {
    child.on('error', () => resolve(false))
    child.on('exit', (code) => resolve(code === 0))
  })
  clearTimeout(limit)
  return done && isFetched(installer)
}

/** @returns {Promise<string | undefined>} */
async function launches() {
  const { chromium } = await import('@playwright/test')
  try {
    const browser = await chromium.launch({ args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] })
    await browser.close()
    return undefined
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return /error while loading shared libraries: [^\n]+/.exec(text)?.[0] ?? text.split('\n')[0] ?? ''
  }
}
