// Keeps the keys and values of texts in memory within a budget: those of the text unused for longest go first.
import type { Block, KvStore } from '../evaluate/kv-store.ts'

export interface RecentStore extends KvStore {
  /** Bytes that it holds now. */
  readonly bytes: number
}

/** `budget`: bytes at most; a block that is larger is not kept. Blocks stay float32, so that answers stay exact. */
export function createRecentStore(budget: number): RecentStore {
  // A Map iterates in order of insertion: the first key is the one unused for longest.
  const blocks = new Map<string, Block>()
  let bytes = 0
  const remove = (key: string): void => {
    bytes -= blocks.get(key)?.byteLength ?? 0
    blocks.delete(key)
  }
  const used = (key: string): Block | undefined => {
    const block = blocks.get(key)
    if (!block) return undefined
    blocks.delete(key)
    blocks.set(key, block)
    return block
  }
  return {
    bytesPerValue: 4,
    get bytes() {
      return bytes
    },
    has: (key) => Promise.resolve(used(key) !== undefined),
    reserve: () => Promise.resolve(),
    put(key, block) {
      remove(key)
      if (block.byteLength <= budget) {
        blocks.set(key, block)
        bytes += block.byteLength
      }
      while (bytes > budget) remove(blocks.keys().next().value ?? '')
      return Promise.resolve(block)
    },
    get: (key) => Promise.resolve(used(key)),
    prefetch: () => undefined,
  }
}
