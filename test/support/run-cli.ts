// Runs the command line as a person or a script does, with the small test engine behind it, and catches what it writes.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Host } from '../../main/hosts/cli/host.ts'
import { runProgram } from '../../main/hosts/cli/program.ts'
import { fakeEntry, writeInputs } from './fake-studio.ts'
import { temporaryFolder } from './temporary.ts'

/** A process of the command line with the small test engine. */
export const entry = fileURLToPath(new URL('cli.ts', import.meta.url))

export interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** The program in this process, with its output caught; `interrupt`: ctrl-C when the output so far fits. */
export async function cli(args: readonly string[], interrupt?: RegExp, ask?: Host['ask']): Promise<Ended> {
  let out = ''
  let err = ''
  let onInterrupt = (): void => undefined
  const write = (text: string): void => {
    out += text
    if (interrupt?.test(out) !== true) return
    interrupt = undefined
    onInterrupt()
  }
  const host: Host = {
    streams: { out: { write }, err: { write: (text) => (err += text) } },
    compute: fakeEntry,
    ask,
    silence: 5000,
    onInterrupt: (listener) => {
      onInterrupt = listener
      return () => undefined
    },
    exit: (code) => {
      throw new Error(`exit ${String(code)}`)
    },
  }
  return { code: await runProgram(args, host), out, err }
}

/** The program as a process of its own. */
export function cliProcess(args: readonly string[], env: NodeJS.ProcessEnv, interrupt?: RegExp): Promise<Ended> {
  const child = spawn(process.execPath, [entry, ...args], { env: { ...process.env, ...env } })
  let out = ''
  let err = ''
  child.stdout.on('data', (text: Buffer) => {
    out += text.toString()
    if (interrupt?.test(out) !== true) return
    interrupt = undefined
    child.kill('SIGINT')
  })
  child.stderr.on('data', (text: Buffer) => (err += text.toString()))
  return new Promise((resolve) =>
    child.on('close', (code) => {
      resolve({ code, out, err })
    }),
  )
}

export const jsonLines = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

/** Options of a short run whose rows are split once. */
export const settings = '--steps 20 --tokens 2 --init random --lr 0.1 --seed 3 --folds 0'.split(' ')

/** A home folder's option, with the files of a model and a table. */
export function home() {
  const folder = temporaryFolder()
  return { ...writeInputs(folder), folder, at: ['--home', join(folder, 'home')] }
}
