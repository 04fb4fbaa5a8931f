// Installs what package-lock.json names, when node_modules holds something else. Runs on Node 20, built-ins only.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A failure that a person can act on: shown as its one sentence, without a stack. */
export class SetupError extends Error {}

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * Says on stderr what is going on, so that stdout stays clean for `--json`.
 * @param {string} sentence
 */
export function say(sentence) {
  process.stderr.write(`${sentence}\n`)
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage>} packages by folder; empty where the file is missing or unreadable
 */
function lockedPackages(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages ?? {}
  } catch {
    return {}
  }
}

/**
 * Whether node_modules is what the lockfile names: npm keeps its own record of the last complete install there, which
 * differs only in the optional packages of other platforms.
 * @param {string} root the repository's folder
 */
export function isInstalled(root) {
  const wanted = lockedPackages(join(root, 'package-lock.json'))
  const found = lockedPackages(join(root, 'node_modules', '.package-lock.json'))
  const names = Object.keys(wanted).filter((name) => name !== '')
  const extra = Object.keys(found).some((name) => !(name in wanted))
  return !extra && names.length > 0 && names.every((name) => matches(wanted[name], found[name]))
}

/**
 * @param {LockedPackage | undefined} wanted
 * @param {LockedPackage | undefined} found
 */
function matches(wanted, found) {
  if (!found) return Boolean(wanted?.optional || wanted?.devOptional)
  return wanted?.version === found.version && wanted?.integrity === found.integrity
}

/**
 * Runs `npm ci`; no package may run a script of its own, none of ours needs one.
 * @param {string} root the repository's folder
 * @throws {SetupError} when npm is missing or does not finish
 */
export function install(root) {
  if (!existsSync(join(root, 'package-lock.json')))
    throw new SetupError(
      `${root} holds no package-lock.json, so there is nothing to install from. Clone the repository again.`,
    )
  say('Installing the packages that package-lock.json names. This happens once, and again when the list changes.')
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  const run = npm(args, root)
  if (run.error)
    throw new SetupError(
      'npm could not be started. Install Node 20 or newer together with npm, then run the same command again.',
    )
  if (run.status !== 0)
    throw new SetupError(
      'The packages could not be installed; npm says why above. Check the connection to the internet and the free disk, then run the same command again.',
    )
}

/**
 * npm's own program where npm started us (it needs no shell, on Windows neither), otherwise the one on the path.
 * @param {string[]} args
 * @param {string} cwd
 */
function npm(args, cwd) {
  const program = process.env.npm_execpath
  // npm reports to stdout; ours belongs to the command that follows.
  const stdio = /** @type {const} */ (['ignore', 2, 'inherit'])
  if (program?.endsWith('npm-cli.js'))
    return spawnSync(process.execPath, [program, ...args], { cwd, stdio: [...stdio] })
  if (process.platform === 'win32')
    return spawnSync(`npm.cmd ${args.join(' ')}`, { cwd, stdio: [...stdio], shell: true })
  return spawnSync('npm', args, { cwd, stdio: [...stdio] })
}
