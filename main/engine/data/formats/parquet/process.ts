// The process that reads a Parquet file: one step for each message, which names the file; behind its end, another may follow.
import { Worker } from 'node:worker_threads'
import { openPipe } from '../../../pipe.ts'
import { TooLarge } from './pages.ts'
import { readParquet } from './rows.ts'
import type { Answer } from './client.ts'

/** Bytes of memory that the process may take: what one file needs is bounded, and this holds where a bound has a hole. */
const maxBytes = 2 * 2 ** 30

// Watches from a thread, since unpacking a page blocks this one.
new Worker(
  `setInterval(() => process.memoryUsage.rss() > ${String(maxBytes)} && process.kill(process.pid, 'SIGKILL'), 20)`,
  { eval: true },
).unref()

let steps: ReturnType<typeof readParquet> | undefined

async function next(path: string): Promise<Answer> {
  try {
    steps ??= readParquet(path)
    const { value, done } = await steps.next()
    if (done !== true) return { kind: 'step', value }
    steps = undefined
    return { kind: 'end' }
  } catch (error) {
    steps = undefined
    if (error instanceof TooLarge) return { kind: 'too-large' }
    return { kind: 'failed', why: error instanceof Error ? error.message : String(error) }
  }
}

const pipe = openPipe((path) => {
  void next(String(path)).then(pipe.send)
})
