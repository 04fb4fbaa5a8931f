// The prompts that are asked, by their names: read from the store once, until something changes there.
import { createHash } from 'node:crypto'
import type { TunedPrompt } from '../../contract/compute.ts'
import type { Store } from '../../engine/store/store.ts'
import type { Changes } from '../changes.ts'
import { findTuned, type Tuned } from '../prompts/tuned.ts'

export interface ServedPrompt extends Tuned {
  /** Of all that the model's process answers by: the same prompt has the same one, calibrated or not. */
  readonly key: string
}

export interface ServedPrompts {
  /** Errors: those of `findTuned`. */
  find(name: string): Promise<ServedPrompt>
}

export function servedPrompts(store: Store, { watch }: Pick<Changes, 'watch'>, signal: AbortSignal): ServedPrompts {
  const known = new Map<string, Promise<ServedPrompt>>()
  void watch((subject) => {
    if (subject === 'runs' || subject === 'models') known.clear()
  }, signal)
  const read = async (name: string): Promise<ServedPrompt> => {
    const tuned = await findTuned(store, name)
    return { ...tuned, key: keyOf(tuned.prompt) }
  }
  return {
    find: (name) => {
      const found = known.get(name) ?? read(name)
      known.set(name, found)
      // What is missing now may be there the next time.
      found.catch(() => {
        if (known.get(name) === found) known.delete(name)
      })
      return found
    },
  }
}

function keyOf({ tensors, calibration: _, ...meaning }: TunedPrompt): string {
  const hash = createHash('sha256').update(JSON.stringify(meaning))
  for (const [name, { shape, data }] of Object.entries(tensors).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(JSON.stringify([name, shape])).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  return hash.digest('hex')
}
