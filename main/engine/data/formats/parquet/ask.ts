// Has a Parquet file read by a thread: whatever its bytes make of the library, only the thread is lost.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { studioError } from '../../../../contract/errors/index.ts'
import type { FileSource, TableChunk } from '../format.ts'

export type Answer =
  | { readonly kind: 'step'; readonly value: readonly string[] | TableChunk }
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly why: string }

/** Memory of the thread in MiB, beyond the pages that it unpacks. */
const memory = 2048
/** Far above what some rows take on a slow disk. */
const patienceMs = 120_000

/**
 * The columns, then the rows. Errors: 'data/damaged', 'data/unsupported', 'data/too-large'. `patience` is the longest
 * that a step may take, in milliseconds.
 */
export async function* askThread(
  { name, path }: FileSource,
  patience = patienceMs,
): AsyncGenerator<readonly string[] | TableChunk> {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: path,
    resourceLimits: { maxOldGenerationSizeMb: memory },
  })
  // It may come while nobody asks.
  worker.on('error', () => undefined)
  try {
    for (;;) {
      worker.postMessage(null)
      const answer = await answerOf(worker, patience)
      if (answer.kind === 'end') return
      if (answer.kind === 'failed') throw reasonOf(name, answer.why)
      yield answer.value
    }
  } finally {
    await worker.terminate()
  }
}

const wayOf = /unsupported|not supported/

function reasonOf(name: string, why: string): Error {
  if (why === outOfMemory) return studioError('data/too-large', name)
  if (wayOf.test(why)) return studioError('data/unsupported', name, why)
  return studioError('data/damaged', name, why.includes('footer') ? 'its end is missing' : 'a part of it is broken')
}

const outOfMemory = 'ERR_WORKER_OUT_OF_MEMORY'

/** Its next answer, or why there will be none. */
async function answerOf(worker: Worker, patience: number): Promise<Answer> {
  try {
    const [answer] = (await once(worker, 'message', { signal: AbortSignal.timeout(patience) })) as [Answer]
    return answer
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { kind: 'failed', why: code ?? String(error) }
  }
}
