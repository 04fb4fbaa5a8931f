// A few worker threads for tasks that would hold up the service, with their latest results.
import { Worker } from 'node:worker_threads'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { totalMemory } from '../../engine/runtime/machine-memory.ts'
import { createCache } from './cache.ts'
import { lasting, type TaskName, type Tasks } from './tasks.ts'
import type { Reply, Request } from './thread.ts'

export interface Workers {
  /**
   * The task's result; callers that want the same share one computation, which ends when nobody waits for it any more.
   * Errors: the task's own, 'run/cancelled', 'studio/out-of-memory'.
   */
  run<T extends TaskName>(
    task: T,
    input: Parameters<Tasks[T]>[1],
    signal?: AbortSignal,
  ): Promise<Awaited<ReturnType<Tasks[T]>>>
  /** Call it when something that is stored changes: results that depend on it are computed again. */
  forget(): void
  close(): Promise<void>
}

/** Threads at once: a long task does not hold up the short ones. */
const THREADS = 2
/** Milliseconds that a thread outlives its last task. */
const IDLE_MS = 30_000
/** Share of all memory that a thread's values may take: beyond it the thread ends, and the service does not. */
const memoryShare = 1 / 2
/** Results that are kept. */
const RESULTS = 32

interface Thread {
  /** Terminates the thread where the signal aborts; it must not be used afterwards. */
  work(request: Request, signal: AbortSignal): Promise<unknown>
  end(): Promise<void>
}

/** `database`: path of the open database. */
export function createWorkers(database: string): Workers {
  const cache = createCache<unknown>(RESULTS)
  const idle: Thread[] = []
  const all = new Set<Thread>()
  const waiting: (() => void)[] = []
  let busy = 0
  let timer: NodeJS.Timeout | undefined

  const endIdle = (): void => {
    for (const thread of idle.splice(0)) {
      all.delete(thread)
      void thread.end()
    }
  }

  const work = async (request: Request, signal: AbortSignal): Promise<unknown> => {
    clearTimeout(timer)
    if (busy >= THREADS) await new Promise<void>((resolve) => waiting.push(resolve))
    busy++
    const thread = idle.pop() ?? startThread(database)
    all.add(thread)
    let isWhole = false
    try {
      signal.throwIfAborted()
      const result = await thread.work(request, signal)
      isWhole = true
      return result
    } catch (error) {
      isWhole = error instanceof StudioError && error.code !== 'run/cancelled' && error.code !== 'studio/out-of-memory'
      throw signal.aborted ? studioError('run/cancelled') : error
    } finally {
      if (isWhole) idle.push(thread)
      else {
        all.delete(thread)
        void thread.end()
      }
      busy--
      waiting.shift()?.()
      if (busy === 0) timer = setTimeout(endIdle, IDLE_MS).unref()
    }
  }

  return {
    run<T extends TaskName>(task: T, input: Parameters<Tasks[T]>[1], signal?: AbortSignal) {
      const key = JSON.stringify([task, input])
      const found = cache.get(key, (stop) => work({ task, input }, stop), signal)
      return found as Promise<Awaited<ReturnType<Tasks[T]>>>
    },
    forget() {
      cache.drop((key) => !lasting.has((JSON.parse(key) as [TaskName])[0]))
    },
    async close() {
      clearTimeout(timer)
      await Promise.all([...all].map((thread) => thread.end()))
    },
  }
}

function startThread(database: string): Thread {
  const worker = new Worker(new URL('./thread.ts', import.meta.url), {
    workerData: { database },
    resourceLimits: { maxOldGenerationSizeMb: Math.floor((totalMemory() * memoryShare) / 2 ** 20) },
  })
  // A thread without a task keeps no process alive, and its failure is the failure of the task that it works at.
  worker.unref()
  worker.on('error', () => undefined)
  return {
    async work(request, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>()
      const onAbort = (): void => {
        reject(studioError('run/cancelled'))
      }
      const onExit = (): void => {
        reject(studioError('studio/out-of-memory'))
      }
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', onExit)
      signal.addEventListener('abort', onAbort)
      worker.ref()
      try {
        worker.postMessage(request)
        const reply = await promise.catch((error: unknown) => {
          throw isOutOfMemory(error) ? studioError('studio/out-of-memory') : error
        })
        if (reply.kind === 'result') return reply.result
        throw reply.code === undefined ? new Error(reply.message) : new StudioError(reply.code, reply.message)
      } finally {
        worker.unref()
        worker.off('message', resolve)
        worker.off('error', reject)
        worker.off('exit', onExit)
        signal.removeEventListener('abort', onAbort)
      }
    },
    end: async () => void (await worker.terminate()),
  }
}

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
