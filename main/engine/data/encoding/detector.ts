// Asks the detector, which has a thread of its own: its statistics take 100 ms to load, longer than anybody may wait.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface Candidate {
  /** As the detector names it. */
  readonly name: string
  /** 0 to 1. */
  readonly confidence: number
}

/** Milliseconds without work after which the thread ends, and those that an answer may take. */
const idle = 10_000
const timeout = 30_000

let worker: Worker | undefined
let turn: Promise<unknown> = Promise.resolve()
let ending: NodeJS.Timeout | undefined

/** The likeliest first; none where the detector fails. */
export function candidatesFor(bytes: Uint8Array): Promise<readonly Candidate[]> {
  const answer = turn.then(() => ask(bytes)).catch(() => [])
  turn = answer
  return answer
}

async function ask(bytes: Uint8Array): Promise<readonly Candidate[]> {
  clearTimeout(ending)
  worker ??= start()
  const asked = worker
  asked.ref()
  try {
    asked.postMessage(bytes)
    const [candidates] = (await once(asked, 'message', { signal: AbortSignal.timeout(timeout) })) as [Candidate[]]
    return candidates
  } catch (error) {
    stop()
    throw error
  } finally {
    asked.unref()
    ending = setTimeout(stop, idle).unref()
  }
}

function start(): Worker {
  const started = new Worker(new URL('./thread.ts', import.meta.url))
  // An error may arrive while no answer is awaited.
  started.on('error', () => undefined)
  started.on('exit', () => {
    if (worker === started) worker = undefined
  })
  return started
}

function stop(): void {
  void worker?.terminate()
  worker = undefined
}
