// What a serve job has been asked and has not taken yet.
import type { ServeRequest } from '../contract/compute.ts'

export interface Inbox {
  readonly put: (request: ServeRequest) => void
  /** All that has come, in its order, as soon as there is something; nothing where the signal is aborted. */
  take(signal: AbortSignal): Promise<readonly ServeRequest[]>
  /** As `take`, and nothing where nothing has come. */
  takeNow(): readonly ServeRequest[]
  clear(): void
}

export function createInbox(): Inbox {
  let waiting: ServeRequest[] = []
  let wake: () => void = () => undefined
  const takeNow = (): readonly ServeRequest[] => {
    const taken = waiting
    waiting = []
    return taken
  }
  return {
    put: (request) => {
      waiting.push(request)
      wake()
    },
    async take(signal) {
      if (waiting.length === 0 && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<undefined>()
        wake = () => {
          resolve(undefined)
        }
        signal.addEventListener('abort', wake)
        await promise
        signal.removeEventListener('abort', wake)
      }
      const taken = takeNow()
      return signal.aborted ? [] : taken
    },
    takeNow,
    clear: () => {
      waiting = []
    },
  }
}
