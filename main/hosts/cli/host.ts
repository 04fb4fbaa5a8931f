// What every command works with: the studio of a home folder, output, and ctrl-C.
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { connect, type Connection } from '../../service/connect.ts'
import { forkCompute } from '../../service/compute/child.ts'
import { defaultHome } from '../../service/home/home.ts'
import { untilSilent } from './answering.ts'
import { createOutput, type Output, type Streams } from './output.ts'

export interface CommonOptions {
  readonly home?: string
  readonly json?: boolean
}

export interface Host {
  readonly streams: Streams
  /** The compute process's entry file. */
  readonly compute: string
  /** Calls back at each ctrl-C; returns how to stop listening. */
  onInterrupt(listener: () => void): () => void
  /** Milliseconds after which a service that does not answer is no longer waited for, once ctrl-C was pressed. */
  readonly silence: number
  /** Asks a person; undefined where nobody sits at a terminal. */
  readonly ask?: ((question: string, signal: AbortSignal) => Promise<string>) | undefined
  /** Ends this process at once. */
  exit(code: number): never
}

async function askAtTerminal(question: string, signal: AbortSignal): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await lines.question(question, { signal })
  } finally {
    lines.close()
  }
}

export const processHost: Host = {
  streams: { out: process.stdout, err: process.stderr },
  compute: fileURLToPath(new URL('../../compute/main.ts', import.meta.url)),
  onInterrupt: (listener) => {
    process.on('SIGINT', listener).on('SIGTERM', listener)
    return () => void process.off('SIGINT', listener).off('SIGTERM', listener)
  },
  silence: 5_000,
  ask: process.stdin.isTTY && process.stdout.isTTY ? askAtTerminal : undefined,
  exit: (code) => process.exit(code),
}

export interface Session {
  readonly studio: Connection
  readonly output: Output
  /** Aborted by the first ctrl-C. */
  readonly signal: AbortSignal
  /** Asks the person at the terminal; undefined where there is none, as with --json. */
  readonly ask: ((question: string) => Promise<string>) | undefined
}

/**
 * Runs a command's work with the studio. The first ctrl-C asks for an end, the second ends this process at once.
 * While other hosts use the service that this process became, it stays for them. `open`: how it is connected, where it is to
 * outlive the service of another host.
 */
export async function withStudio<T>(
  host: Host,
  options: CommonOptions,
  work: (session: Session) => Promise<T>,
  open: typeof connect = connect,
): Promise<T> {
  const output = createOutput(host.streams, options.json === true)
  const abort = new AbortController()
  const ended = new AbortController()
  let studio: Connection | undefined
  const done = host.onInterrupt(() => {
    // Nothing has begun yet, or it was asked before.
    if (!studio || abort.signal.aborted) host.exit(130)
    abort.abort()
    if (studio.attached) void endWithoutAnswer(host, studio, output, ended.signal)
  })
  try {
    const spawn = forkCompute(host.compute)
    const connected = await open(options.home ?? defaultHome(), { spawn, threads: availableParallelism() })
    studio = connected
    try {
      const { ask } = host
      const asking = ask && options.json !== true ? (question: string) => ask(question, abort.signal) : undefined
      return await work({ studio: connected, output, signal: abort.signal, ask: asking })
    } finally {
      if (!abort.signal.aborted) await staying(connected, output, abort.signal)
      await connected.close()
    }
  } finally {
    ended.abort()
    output.end()
    done()
  }
}

async function endWithoutAnswer(host: Host, studio: Connection, output: Output, ended: AbortSignal): Promise<void> {
  await untilSilent(studio, host.silence, ended)
  if (ended.aborted) return
  output.say('The studio that does this work does not answer, so this command ends without it.')
  output.end()
  host.exit(130)
}

async function staying(studio: Connection, output: Output, signal: AbortSignal): Promise<void> {
  const idle = studio.idle()
  const { promise: interrupted, resolve } = Promise.withResolvers<undefined>()
  signal.addEventListener('abort', () => {
    resolve(undefined)
  })
  const timer = setTimeout(() => {
    output.say('Another window or command still uses this studio: waiting for it.')
  }, 500)
  await Promise.race([idle, interrupted])
  clearTimeout(timer)
}
