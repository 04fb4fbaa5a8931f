// Installs what package-lock.json names, when node_modules holds something else. Runs on Node 20, built-ins only.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, dirname, isAbsolute, join } from 'node:path'

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
 * npm's own program: the one that started us, else the one that came with Node, else the one on the path; never one that lies
 * in the current folder, and without a shell, which would look there.
 */
function npmProgram() {
  const node = dirname(process.execPath)
  const beside = [join(node, 'node_modules'), join(node, '..', 'lib', 'node_modules')]
  const candidates = [process.env.npm_execpath ?? '', ...beside.map((folder) => join(folder, 'npm/bin/npm-cli.js'))]
  const script = candidates.find((path) => path.endsWith('npm-cli.js') && isAbsolute(path) && existsSync(path))
  if (script) return { program: process.execPath, first: [script] }
  const folders = (process.env.PATH ?? '').split(delimiter).filter((entry) => isAbsolute(entry))
  return { program: folders.map((folder) => join(folder, 'npm')).find(existsSync), first: [] }
}

/**
 * @param {string[]} args
 * @param {string} cwd
 * @returns {{ error?: Error, status: number | null }}
 */
function npm(args, cwd) {
  const { program, first } = npmProgram()
  if (program === undefined) return { error: new Error('there is no npm'), status: null }
  // npm reports to stdout; ours belongs to the command that follows.
  return spawnSync(program, [...first, ...args], { cwd, stdio: ['ignore', 2, 'inherit'] })
}
