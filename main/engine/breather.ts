// Gives the event loop its turn during long work, by the clock.
import { setImmediate } from 'node:timers/promises'

/** Milliseconds of work after which the event loop gets its turn. */
const TURN = 10

/** A function to call as work goes on; its promise, if any, is to be awaited. `every`: calls between two looks at the clock. */
export function breather(every = 1): () => Promise<void> | undefined {
  let since = performance.now()
  let calls = 0
  return () => {
    if (++calls % every !== 0 || performance.now() - since < TURN) return undefined
    return setImmediate().then(() => void (since = performance.now()))
  }
}
