// Gives back memory that nothing refers to any more, where the next piece of work needs as much again.
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collect: (() => void) | undefined

/** Node has no other way to ask for it; left to itself, it would keep arrays of a model's size while the next model is opened. */
export async function collectGarbage(): Promise<void> {
  if (!collect) {
    setFlagsFromString('--expose-gc')
    collect = runInNewContext('gc') as () => void
  }
  // The library lets go of its inputs in a turn of the event loop after they were collected.
  for (let pass = 0; pass < 2; pass++) {
    await setImmediate()
    collect()
  }
}
