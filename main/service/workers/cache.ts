// Results by their keys, computed once for all who want them: the least recently used go first.
import { studioError } from '../../contract/errors/index.ts'

export interface Cache<T> {
  /**
   * The key's result, computed where it is not known. `signal`: the caller's own; when nobody waits any more, the
   * computation is told to stop. Failures are not kept. Error: 'run/cancelled'.
   */
  get(key: string, compute: (stop: AbortSignal) => Promise<T>, signal?: AbortSignal): Promise<T>
  drop(which: (key: string) => boolean): void
}

interface Entry<T> {
  readonly result: Promise<T>
  readonly stop: AbortController
  waiting: number
}

export function createCache<T>(most: number): Cache<T> {
  const entries = new Map<string, Entry<T>>()

  const begin = (key: string, compute: (stop: AbortSignal) => Promise<T>): Entry<T> => {
    const stop = new AbortController()
    const entry = { result: compute(stop.signal), stop, waiting: 0 }
    // Whoever asked for it gets the error; the next one asks anew.
    entry.result.catch(() => {
      if (entries.get(key) === entry) entries.delete(key)
    })
    return entry
  }

  const leave = (key: string, entry: Entry<T>): void => {
    if (--entry.waiting > 0) return
    if (entries.get(key) === entry) entries.delete(key)
    entry.stop.abort()
  }

  return {
    async get(key, compute, signal) {
      if (signal?.aborted) throw studioError('run/cancelled')
      const entry = entries.get(key) ?? begin(key, compute)
      // Set anew, it is the most recently used.
      entries.delete(key)
      entries.set(key, entry)
      for (const old of entries.keys()) if (entries.size > most) entries.delete(old)
      entry.waiting++
      const left = Promise.withResolvers<never>()
      const onAbort = (): void => {
        left.reject(studioError('run/cancelled'))
        leave(key, entry)
      }
      signal?.addEventListener('abort', onAbort)
      try {
        return await Promise.race([entry.result, left.promise])
      } finally {
        signal?.removeEventListener('abort', onAbort)
      }
    },
    drop(which) {
      for (const key of [...entries.keys()]) if (which(key)) entries.delete(key)
    },
  }
}
