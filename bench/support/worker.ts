// A child process that does steps on request: a JSON line in, a JSON line out.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Measurement } from './job.ts'

export interface Worker {
  /** Does so many steps and measures them. Rejects with the end of its error stream where the process ends. */
  steps(count: number): Promise<Measurement>
  close(): Promise<void>
}

/** Starts it; it computes nothing before the first request. */
export function startWorker(
  command: string,
  args: readonly string[],
  threads: number,
  env: NodeJS.ProcessEnv = {},
): Worker {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, OMP_NUM_THREADS: String(threads), HF_HUB_OFFLINE: '1', ...env },
  })
  let complaints = ''
  child.stderr.on('data', (text: Buffer) => (complaints = (complaints + text.toString()).slice(-4000)))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    async steps(count) {
      child.stdin.write(`${JSON.stringify({ steps: count })}\n`)
      const line = await lines.next()
      if (line.done === true) throw new Error(`${command} ${args.join(' ')} ended: ${complaints.trim()}`)
      return JSON.parse(line.value) as Measurement
    },
    close: () => closed(child),
  }
}

async function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const end = once(child, 'close')
  child.stdin?.end()
  await end
}
