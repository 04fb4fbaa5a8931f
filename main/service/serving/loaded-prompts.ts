// The prompts that a model's process has: those that requests need now and, within a budget, those that were used last.
import type { ServeRequest, TunedPrompt } from '../../contract/compute.ts'

/** Prompts that a request names, by their keys. */
export type Prompts = ReadonlyMap<string, TunedPrompt>

export interface LoadedPrompts {
  /** Gives the process those that it lacks; call what it gives when the request needs them no more. */
  lend(prompts: Prompts): () => void
}

interface Loaded {
  readonly bytes: number
  /** Requests that need it now. */
  users: number
}

/** `budget`: bytes of tensors, which those that are needed at once may exceed. */
export function createLoadedPrompts(ask: (request: ServeRequest) => void, budget: number): LoadedPrompts {
  /** The one used last comes last. */
  const loaded = new Map<string, Loaded>()
  let bytes = 0
  const load = (key: string, prompt: TunedPrompt): Loaded => {
    ask({ request: 'load', key, prompt })
    const one = { bytes: bytesOf(prompt), users: 0 }
    bytes += one.bytes
    return one
  }
  const forgetUnused = (): void => {
    for (const [key, one] of loaded) {
      if (bytes <= budget) return
      if (one.users > 0) continue
      loaded.delete(key)
      bytes -= one.bytes
      ask({ request: 'forget', key })
    }
  }
  return {
    lend(prompts) {
      const lent = [...prompts].map(([key, prompt]) => {
        const one = loaded.get(key) ?? load(key, prompt)
        one.users++
        loaded.delete(key)
        loaded.set(key, one)
        return one
      })
      return () => {
        for (const one of lent) one.users--
        forgetUnused()
      }
    },
  }
}

const bytesOf = ({ tensors }: TunedPrompt): number =>
  Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0)
