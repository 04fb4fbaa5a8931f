// Reads a Parquet file in a process of its own: a file that crashes the library, or takes all memory, ends it alone.
import { EventEmitter, once } from 'node:events'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { studioError } from '../../../../contract/errors/index.ts'
import { forkPiped, type PipedChild } from '../../../pipe.ts'
import type { FileSource, TableChunk } from '../format.ts'
import type { ParquetHead } from './rows.ts'

export type Answer =
  | { readonly kind: 'step'; readonly value: ParquetHead | TableChunk }
  | { readonly kind: 'end' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'failed'; readonly why: string }

/** MiB of values that the process may hold, besides the pages that it unpacks. */
const maxMemory = 1024
/** Milliseconds of a step at most: far above what some rows take on a slow disk. */
const defaultTimeout = 120_000

/**
 * The head, then the rows. Errors: 'data/damaged', 'data/unsupported', 'data/too-large'. `timeout`: milliseconds
 * that a step may take.
 */
export async function* readInProcess(
  { name, path }: Pick<FileSource, 'name' | 'path'>,
  timeout = defaultTimeout,
): AsyncGenerator<ParquetHead | TableChunk> {
  const answers = new EventEmitter()
  const script = fileURLToPath(new URL('./process.ts', import.meta.url))
  const execArgv = [`--max-old-space-size=${String(maxMemory)}`]
  const { child, send } = forkPiped(script, { execArgv, errors: 'ignore' }, (answer) => answers.emit('answer', answer))
  // An error may come while no answer is awaited; `answerOf` reports the next one.
  child.on('error', () => undefined)
  try {
    for (;;) {
      send(resolve(path))
      const answer = await answerOf(child, answers, timeout)
      if (answer.kind === 'end') return
      if (answer.kind === 'too-large') throw studioError('data/too-large', name)
      if (answer.kind === 'failed') throw reasonOf(name, answer.why)
      yield answer.value
    }
  } finally {
    child.kill('SIGKILL')
  }
}

const unsupported = /unsupported|not supported/

function reasonOf(name: string, why: string): Error {
  if (unsupported.test(why)) return studioError('data/unsupported', name, why)
  return studioError('data/damaged', name, why.includes('footer') ? 'its end is missing' : 'a part of it is broken')
}

/** Its next answer, or why there will be none: a process that ends by itself has reached a bound of memory. */
async function answerOf(child: PipedChild['child'], answers: EventEmitter, timeout: number): Promise<Answer> {
  if (child.exitCode !== null || child.signalCode !== null) return { kind: 'too-large' }
  const waiting = new AbortController()
  const signal = AbortSignal.any([waiting.signal, AbortSignal.timeout(timeout)])
  try {
    return await Promise.race([
      once(answers, 'answer', { signal }).then(([answer]) => answer as Answer),
      once(child, 'exit', { signal }).then((): Answer => ({ kind: 'too-large' })),
    ])
  } catch (error) {
    return { kind: 'failed', why: String(error) }
  } finally {
    waiting.abort()
  }
}
