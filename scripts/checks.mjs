// The checkers of `npm run check`: types of every runtime, style, imports, dead code.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './node24.mjs'

/** @type {readonly { name: string, package: string, bin: string, args: string[] }[]} */
const checks = [
  {
    name: 'style',
    package: 'eslint',
    bin: 'eslint',
    args: ['--cache', '--cache-location', 'node_modules/.cache/eslint', '.'],
  },
  tsc('what runs in Node', '.'),
  tsc('the contract', 'main/contract'),
  tsc('the journeys', 'test/e2e'),
  tsc('the preload', 'preload'),
  {
    name: 'types of the window',
    package: 'svelte-check',
    bin: 'svelte-check',
    args: ['--workspace', 'renderer', '--tsconfig', './tsconfig.json', '--fail-on-warnings', '--output', 'human'],
  },
  { name: 'imports', package: 'dependency-cruiser', bin: 'depcruise', args: ['.'] },
  {
    name: 'format',
    package: 'prettier',
    bin: 'prettier',
    args: ['--check', '--log-level=warn', '--cache', '.'],
  },
  { name: 'dead code', package: 'knip', bin: 'knip', args: ['--no-progress', '--no-config-hints'] },
]

/**
 * @param {string} runtime
 * @param {string} folder
 */
function tsc(runtime, folder) {
  return { name: `types of ${runtime}`, package: 'typescript', bin: 'tsc', args: ['--pretty', 'false', '-p', folder] }
}

/**
 * Path of an installed command: run with Node itself, it needs no shell on any platform.
 * @param {{ package: string, bin: string }} command
 * @returns {string}
 */
export function programOf(command) {
  const folder = join(root, 'node_modules', command.package)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[command.bin])
}

/**
 * @param {(typeof checks)[number]} check
 * @returns {Promise<boolean>} whether it found nothing; prints what it found
 */
function run(check) {
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [programOf(check), ...check.args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.on('close', (code) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      process.stdout.write(`${code === 0 ? 'ok    ' : 'FAILED'}  ${check.name} (${seconds} s)\n`)
      if (code !== 0) process.stdout.write(`${output.trimEnd()}\n\n`)
      resolve(code === 0)
    })
  })
}

/**
 * Runs every checker, two at a time, and prints each one's result.
 * @returns {Promise<{ passed: number, failed: number }>}
 */
export async function runChecks() {
  const waiting = [...checks]
  /** @type {boolean[]} */
  const results = []
  const worker = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) results.push(await run(check))
  }
  await Promise.all([worker(), worker()])
  const passed = results.filter(Boolean).length
  return { passed, failed: results.length - passed }
}
