// Groups sequences into batches of similar length, so that little computation goes into padding.
import type { MemoryName } from '../../contract/settings.ts'

/**
 * Tokens of one forward pass, padding included: enough to keep the processor busy, and few enough that activations stay
 * in its caches (short texts took a tenth less time with 512 than with 1,024); fewer with little memory.
 */
export const tokensAtOnce: { readonly [M in MemoryName]: number } = { normal: 512, low: 256 }

/**
 * Size limit of the KV cache of a generation batch, as a share of the weights' bytes. Every decoding step reads both from
 * memory: a smaller batch shares the cost of the weights among too few rows, and a larger one gains little.
 */
export const kvShare: { readonly [M in MemoryName]: number } = { normal: 1 / 4, low: 1 / 16 }

/** Batches that hold every item once, the shortest first: items times the longest item's length is at most `maxTokens`. */
export function byLength<T>(items: readonly T[], length: (item: T) => number, maxTokens = tokensAtOnce.normal): T[][] {
  const sorted = items
    .map((item, i) => ({ item, i, tokens: length(item) }))
    .sort((a, b) => a.tokens - b.tokens || a.i - b.i)
  const groups: T[][] = []
  let group: T[] = []
  for (const { item, tokens } of sorted) {
    if (group.length > 0 && (group.length + 1) * tokens > maxTokens) {
      groups.push(group)
      group = []
    }
    group.push(item)
  }
  return group.length > 0 ? [...groups, group] : groups
}
