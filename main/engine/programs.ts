// Starts other programs, so that nothing that lies in the folder where the studio was started is ever run (CWE-427).
import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { dirname, posix, win32 } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Belongs to whoever installed the studio: what programs look for in their current folder is not found here. */
const neutralFolder = dirname(process.execPath)

/** Windows also knows "\folder", which depends on the current drive. */
const isAbsolute = (path: string, platform: NodeJS.Platform): boolean =>
  platform === 'win32' ? /^([a-z]:[\\/]|\\\\)/i.test(path) : posix.isAbsolute(path)

const unquoted = (entry: string): string => entry.replaceAll('"', '')

/** The absolute folders of the search path; an empty entry, "." and "bin" mean the current folder. */
function searchPath(env: Environment, platform: NodeJS.Platform): string[] {
  const name = platform === 'win32' ? Object.keys(env).find((key) => key.toUpperCase() === 'PATH') : 'PATH'
  const { delimiter } = platform === 'win32' ? win32 : posix
  const entries = (env[name ?? 'PATH'] ?? '').split(delimiter).map((entry) => entry.trim())
  return (platform === 'win32' ? entries.map(unquoted) : entries).filter((entry) => isAbsolute(entry, platform))
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // What cannot be looked at cannot be started.
    return false
  }
}

/** Absolute path of the program `name`; undefined where no absolute folder of the search path has it. */
export function findProgram(
  name: string,
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): string | undefined {
  if (isAbsolute(name, platform)) return name
  if (/[\\/]/.test(name)) return undefined
  const { join } = platform === 'win32' ? win32 : posix
  // Batch files need a shell, which looks into the current folder first.
  const file = platform === 'win32' && !name.toLowerCase().endsWith('.exe') ? `${name}.exe` : name
  return searchPath(env, platform)
    .map((folder) => join(folder, file))
    .find(isProgram)
}

/** The environment for a program that starts others in turn. */
export function safeEnvironment(
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): Record<string, string | undefined> {
  const { delimiter } = platform === 'win32' ? win32 : posix
  const others = Object.entries(env).filter(([key]) => (platform === 'win32' ? key.toUpperCase() : key) !== 'PATH')
  return {
    ...Object.fromEntries(others),
    PATH: searchPath(env, platform).join(delimiter),
    // Makes Windows' own search leave out the current folder.
    ...(platform === 'win32' ? { NoDefaultCurrentDirectoryInExePath: '1' } : {}),
  }
}

/** Starts the program at the absolute path in `options.cwd`, or in a folder of the installation. */
export const startAt = (path: string, args: readonly string[], options: SpawnOptions): ChildProcess =>
  spawn(path, args, { cwd: neutralFolder, ...options, env: safeEnvironment(options.env), shell: false })

/** Starts the first program of that name on the search path as `startAt` does; undefined where there is none. */
export function startProgram(
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess | undefined {
  const path = findProgram(program)
  return path === undefined ? undefined : startAt(path, args, options)
}

/** Starts this process's own Node with the script at an absolute path; `execArgv`: options of Node itself. */
export const forkNode = (
  script: string,
  { execArgv = [], ...options }: SpawnOptions & { readonly execArgv?: readonly string[] },
): ChildProcess => startAt(process.execPath, [...execArgv, script], options)
