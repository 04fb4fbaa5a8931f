// Reads a Parquet file in a thread of its own: a file that crashes the library ends the thread alone.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { studioError } from '../../../../contract/errors/index.ts'
import type { FileSource, TableChunk } from '../format.ts'

export type Answer =
  | { readonly kind: 'step'; readonly value: readonly string[] | TableChunk }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly why: string }

/** MiB of memory that the thread may take, besides the pages that it unpacks. */
const maxMemory = 2048
/** Milliseconds of a step at most: far above what some rows take on a slow disk. */
const defaultTimeout = 120_000

/**
 * The columns, then the rows. Errors: 'data/damaged', 'data/unsupported', 'data/too-large'. `timeout`: milliseconds
 * that a step may take.
 */
export async function* readInThread(
  { name, path }: FileSource,
  timeout = defaultTimeout,
): AsyncGenerator<readonly string[] | TableChunk> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: path,
    resourceLimits: { maxOldGenerationSizeMb: maxMemory },
  })
  // An error may arrive while no answer is awaited; `answerOf` reports the next one.
  worker.on('error', () => undefined)
  try {
    for (;;) {
      worker.postMessage(null)
      const answer = await answerOf(worker, timeout)
      if (answer.kind === 'end') return
      if (answer.kind === 'failed') throw reasonOf(name, answer.why)
      yield answer.value
    }
  } finally {
    await worker.terminate()
  }
}

const unsupported = /unsupported|not supported/

function reasonOf(name: string, why: string): Error {
  if (why === outOfMemory) return studioError('data/too-large', name)
  if (unsupported.test(why)) return studioError('data/unsupported', name, why)
  return studioError('data/damaged', name, why.includes('footer') ? 'its end is missing' : 'a part of it is broken')
}

const outOfMemory = 'ERR_WORKER_OUT_OF_MEMORY'

/** Its next answer, or why there will be none. */
async function answerOf(worker: Worker, timeout: number): Promise<Answer> {
  try {
    const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(timeout) })) as [Answer]
    return answer
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { kind: 'failed', why: code ?? String(error) }
  }
}
