// Puts what is read together into batches of like length, so that little padding is read.
import type { MemoryName } from '../../contract/settings.ts'

/**
 * Tokens read at once, padding included: enough to keep the processor busy, and few enough that activations stay near it
 * (reading short texts took a tenth less time by 512 than by 1,024); where memory is short no more than must be.
 */
export const tokensAtOnce: { readonly [M in MemoryName]: number } = { normal: 512, low: 256 }

/**
 * Share of the weights' bytes that keys and values may take of rows whose answers are written side by side: each pass
 * looks at both, so that fewer rows would read the weights in vain, and more would gain little.
 */
export const kvShare: { readonly [M in MemoryName]: number } = { normal: 1 / 4, low: 1 / 16 }

/** Every item once, the shortest first. */
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
