// A few worker processes for tasks that would hold up the service, with their latest results.
import { EventEmitter } from 'node:events'
import { fileURLToPath } from 'node:url'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import { forkPiped } from '../../engine/pipe.ts'
import { totalMemory } from '../../engine/runtime/machine-memory.ts'
import { createCache } from './cache.ts'
import { lasting, type TaskName, type Tasks } from './tasks.ts'
import type { Reply, Request } from './process.ts'

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
  close(): void
}

/** Processes at once: a long task does not hold up the short ones. */
const PROCESSES = 2
/** Milliseconds that a process outlives its last task. */
const IDLE_MS = 30_000
/** Share of all memory that a process's values may take: beyond it the process ends, and the service does not. */
const memoryShare = 1 / 2
/** Results that are kept. */
const RESULTS = 32

interface WorkerProcess {
  /** Rejects where the signal aborts; the process must then be ended. */
  work(request: Request, signal: AbortSignal): Promise<unknown>
  end(): void
}

/** `database`: path of the open database. */
export function createWorkers(database: string): Workers {
  const cache = createCache<unknown>(RESULTS)
  const idle: WorkerProcess[] = []
  const all = new Set<WorkerProcess>()
  const waiting: (() => void)[] = []
  let busy = 0
  let timer: NodeJS.Timeout | undefined

  const endIdle = (): void => {
    for (const worker of idle.splice(0)) {
      all.delete(worker)
      worker.end()
    }
  }

  const work = async (request: Request, signal: AbortSignal): Promise<unknown> => {
    clearTimeout(timer)
    if (busy >= PROCESSES) await new Promise<void>((resolve) => waiting.push(resolve))
    busy++
    const worker = idle.pop() ?? startWorker()
    all.add(worker)
    let isWhole = false
    try {
      signal.throwIfAborted()
      const result = await worker.work(request, signal)
      isWhole = true
      return result
    } catch (error) {
      isWhole = error instanceof StudioError && error.code !== 'run/cancelled' && error.code !== 'studio/out-of-memory'
      throw signal.aborted ? studioError('run/cancelled') : error
    } finally {
      if (isWhole) idle.push(worker)
      else {
        all.delete(worker)
        worker.end()
      }
      busy--
      waiting.shift()?.()
      if (busy === 0) timer = setTimeout(endIdle, IDLE_MS).unref()
    }
  }

  return {
    run<T extends TaskName>(task: T, input: Parameters<Tasks[T]>[1], signal?: AbortSignal) {
      const key = JSON.stringify([task, input])
      const found = cache.get(key, (stop) => work({ database, task, input }, stop), signal)
      return found as Promise<Awaited<ReturnType<Tasks[T]>>>
    },
    forget() {
      cache.drop((key) => !lasting.has((JSON.parse(key) as [TaskName])[0]))
    },
    close() {
      clearTimeout(timer)
      for (const worker of all) worker.end()
    },
  }
}

const script = fileURLToPath(new URL('./process.ts', import.meta.url))

/** A process, unlike a thread, gives way to the service by its priority on every system, and ends alone where its memory does. */
function startWorker(): WorkerProcess {
  const replies = new EventEmitter()
  const execArgv = [`--max-old-space-size=${String(Math.floor((totalMemory() * memoryShare) / 2 ** 20))}`]
  const { child, send } = forkPiped(script, { execArgv, errors: 'ignore' }, (reply) => replies.emit('reply', reply))
  // Its failure is the failure of the task that it works at.
  child.on('error', () => undefined)
  return {
    async work(request, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<Reply>()
      const onAbort = (): void => {
        reject(studioError('run/cancelled'))
      }
      // A process that ends by itself has reached its bound of memory.
      const onExit = (): void => {
        reject(studioError('studio/out-of-memory'))
      }
      replies.once('reply', resolve)
      child.once('exit', onExit)
      signal.addEventListener('abort', onAbort)
      try {
        if (child.exitCode !== null || child.signalCode !== null) onExit()
        send(request)
        const reply = await promise
        if (reply.kind === 'result') return reply.result
        throw reply.code === undefined ? new Error(reply.message) : new StudioError(reply.code, reply.message)
      } finally {
        replies.off('reply', resolve)
        child.off('exit', onExit)
        signal.removeEventListener('abort', onAbort)
      }
    },
    end: () => void child.kill('SIGKILL'),
  }
}
