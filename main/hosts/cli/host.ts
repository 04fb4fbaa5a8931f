// What every command works with: the studio of a home folder, output, and ctrl-C.
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { connect, type Connection } from '../../service/connect.ts'
import { forkCompute } from '../../service/compute/child.ts'
import { defaultHome } from '../../service/home/home.ts'
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
  /** Ends this process at once. */
  exit(code: number): never
}

export const processHost: Host = {
  streams: { out: process.stdout, err: process.stderr },
  compute: fileURLToPath(new URL('../../compute/main.ts', import.meta.url)),
  onInterrupt: (listener) => {
    process.on('SIGINT', listener).on('SIGTERM', listener)
    return () => void process.off('SIGINT', listener).off('SIGTERM', listener)
  },
  exit: (code) => process.exit(code),
}

export interface Session {
  readonly studio: Connection
  readonly output: Output
  /** Aborted by the first ctrl-C. */
  readonly signal: AbortSignal
}

/**
 * Runs a command's work with the studio. The first ctrl-C asks for an end, the second ends this process at once.
 * While other hosts use the service that this process became, it stays for them.
 */
export async function withStudio<T>(
  host: Host,
  options: CommonOptions,
  work: (session: Session) => Promise<T>,
): Promise<T> {
  const output = createOutput(host.streams, options.json === true)
  const abort = new AbortController()
  const done = host.onInterrupt(() => {
    if (abort.signal.aborted) host.exit(130)
    abort.abort()
  })
  try {
    const spawn = forkCompute(host.compute)
    const studio = await connect(options.home ?? defaultHome(), { spawn, threads: availableParallelism() })
    try {
      return await work({ studio, output, signal: abort.signal })
    } finally {
      if (!abort.signal.aborted) await staying(studio, output, abort.signal)
      await studio.close()
    }
  } finally {
    output.end()
    done()
  }
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
