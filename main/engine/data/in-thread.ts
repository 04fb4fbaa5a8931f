// Work in a thread of its own, which takes time to load or may take longer than anybody may wait: there it can be ended.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

/** Milliseconds without work after which the thread ends. */
const idle = 10_000

/**
 * The thread's file answers each message with one. Asked again meanwhile, it answers one after the other. `timeout`:
 * milliseconds that an answer may take. Rejects where it takes longer, or the thread fails; the next one has a new thread.
 */
export function inThread<Asked, Answer>(file: URL, timeout: number): (asked: Asked) => Promise<Answer> {
  let worker: Worker | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let ending: NodeJS.Timeout | undefined

  const stop = (): void => {
    void worker?.terminate()
    worker = undefined
  }
  const start = (): Worker => {
    const started = new Worker(file)
    // An error may arrive while no answer is awaited.
    started.on('error', () => undefined)
    started.on('exit', () => {
      if (worker === started) worker = undefined
    })
    return started
  }
  const ask = async (asked: Asked): Promise<Answer> => {
    clearTimeout(ending)
    worker ??= start()
    const thread = worker
    thread.ref()
    try {
      thread.postMessage(asked)
      const [answer] = (await once(thread, 'message', { signal: AbortSignal.timeout(timeout) })) as [Answer]
      return answer
    } catch (error) {
      stop()
      throw error
    } finally {
      thread.unref()
      ending = setTimeout(stop, idle).unref()
    }
  }
  return (asked) => {
    const answer = turn.then(() => ask(asked))
    turn = answer.catch(() => undefined)
    return answer
  }
}
