// `npm test`: the checkers, the tests, then the journeys in a browser; red when one is. The last line counts all.
import { spawn, spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
import { programOf, runChecks } from './checks.mjs'
import { hasDisplay } from '../main/hosts/browser/open.ts'
import { readyBrowser } from './browser.mjs'
import { buildElectron } from './build-electron.mjs'
import { electronPath } from './electron.mjs'
import { root } from './node24.mjs'
import { buildRenderer } from './renderer.mjs'

const countLine = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/

/**
 * Runs a test runner, passes on what it prints but for its own count, and gives that.
 * @param {{ package: string, bin: string }} runner
 * @param {string[]} args
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} a runner that ends badly without a failure counts as one
 */
async function counted(runner, args) {
  const child = spawn(process.execPath, [programOf(runner), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  let counts = { passed: 0, failed: 0, skipped: 0 }
  for await (const line of createInterface({ input: child.stdout })) {
    const [, passed, failed, skipped = '0'] = countLine.exec(line) ?? []
    if (passed === undefined) process.stdout.write(`${line}\n`)
    else counts = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) }
  }
  if ((await ended) !== 0 && counts.failed === 0) counts.failed = 1
  return counts
}

/** How many journeys there are: all of them are left out. */
function journeys() {
  const args = [programOf(playwright), 'test', '--list', '--reporter=list', '--project=journeys', ...filters]
  const { stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  return Number(/Total: (\d+) test/.exec(stdout)?.[1] ?? 1)
}

const filters = process.argv.slice(2)
const vitest = { package: 'vitest', bin: 'vitest' }
const playwright = { package: '@playwright/test', bin: 'playwright' }

const results = [{ ...(await runChecks()), skipped: 0 }]
results.push(
  await counted(vitest, ['run', '--passWithNoTests', '--project', 'unit', '--project', 'recovery', ...filters]),
)
const noBrowser = await readyBrowser()
if (noBrowser === undefined) {
  await buildRenderer()
  results.push(await counted(playwright, ['test', '--pass-with-no-tests', '--project=journeys', ...filters]))
} else results.push({ passed: 0, failed: 0, skipped: journeys() })

// Where the app's own program has been fetched, by a first `npm start`, and there is a screen to show it on.
if (electronPath() !== undefined && hasDisplay()) {
  await buildRenderer()
  await buildElectron()
  results.push(await counted(playwright, ['test', '--pass-with-no-tests', '--project=electron', ...filters]))
}

const total = (/** @type {'passed' | 'failed' | 'skipped'} */ what) =>
  results.reduce((sum, { [what]: n }) => sum + n, 0)
// Among the last lines, where nobody overlooks it.
if (noBrowser !== undefined) process.stdout.write(`The journeys in the window are left out. ${noBrowser}\n`)
const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : ''
process.stdout.write(`${total('passed')} passed, ${total('failed')} failed${skipped}\n`)
if (total('failed') > 0) process.exitCode = 1
