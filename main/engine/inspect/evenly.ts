// A deterministic sample of items at even distances.

/** At most `max` items in their order, beginning with the first. */
export function evenly<T>(items: readonly T[], max: number): T[] {
  if (items.length <= max) return [...items]
  return Array.from({ length: max }, (_, i) => items[Math.floor((i * items.length) / max)] as T)
}
