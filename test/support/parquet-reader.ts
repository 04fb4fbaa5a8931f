// Reads many Parquet files in the studio's process for them, one after the other; starts another where one brings it down.
import { EventEmitter, once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer } from '../../main/engine/data/formats/parquet/client.ts'
import { forkPiped, type PipedChild } from '../../main/engine/pipe.ts'

interface Reader extends PipedChild {
  readonly answers: EventEmitter
}
let reader: Reader | undefined

const script = fileURLToPath(new URL('../../main/engine/data/formats/parquet/process.ts', import.meta.url))

function start(): Reader {
  const answers = new EventEmitter()
  const options = { execArgv: ['--max-old-space-size=512'], errors: 'ignore' } as const
  const started = forkPiped(script, options, (answer) => answers.emit('answer', answer))
  started.child.unref()
  return { ...started, answers }
}

/** One step of the file at `path`; 'gone' where the process ended. Error: AbortError beyond `patience` milliseconds. */
export async function parquetStep(path: string, patience: number): Promise<Answer | { readonly kind: 'gone' }> {
  if (!reader || reader.child.exitCode !== null || reader.child.signalCode !== null) reader = start()
  const { child, send, answers } = reader
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(patience)])
  try {
    send(path)
    return await Promise.race([
      once(answers, 'answer', { signal }).then(([answer]) => answer as Answer),
      once(child, 'exit', { signal }).then(() => ({ kind: 'gone' as const })),
    ])
  } catch (error) {
    child.kill('SIGKILL')
    throw error
  } finally {
    done.abort()
  }
}

export const endParquetReader = (): void => void reader?.child.kill('SIGKILL')
