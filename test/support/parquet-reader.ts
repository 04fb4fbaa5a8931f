// Reads many Parquet files in the studio's process for them, one after the other; starts another where one brings it down.
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Answer } from '../../main/engine/data/formats/parquet/client.ts'
import { forkNode } from '../../main/engine/programs.ts'

type Child = ReturnType<typeof forkNode>
let child: Child | undefined

const start = (): Child => {
  const started = forkNode(
    fileURLToPath(new URL('../../main/engine/data/formats/parquet/process.ts', import.meta.url)),
    {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--max-old-space-size=512'],
    },
  )
  started.unref()
  return started
}

/** One step of the file at `path`; 'gone' where the process ended. Error: AbortError beyond `patience` milliseconds. */
export async function parquetStep(path: string, patience: number): Promise<Answer | { readonly kind: 'gone' }> {
  if (!child || child.exitCode !== null || child.signalCode !== null) child = start()
  const asked = child
  const done = new AbortController()
  const signal = AbortSignal.any([done.signal, AbortSignal.timeout(patience)])
  try {
    asked.send(path, () => undefined)
    return await Promise.race([
      once(asked, 'message', { signal }).then(([answer]) => answer as Answer),
      once(asked, 'exit', { signal }).then(() => ({ kind: 'gone' as const })),
    ])
  } catch (error) {
    asked.kill('SIGKILL')
    throw error
  } finally {
    done.abort()
  }
}

export const endParquetReader = (): void => void child?.kill('SIGKILL')
