// Splits a step's rows into micro-batches, each padded to one of a few static sizes.
import { type BatchShape, firstOf } from '../method/batch.ts'
import type { Sequence } from '../method/layout.ts'

/** A static size: tokens that a step computes, and tokens whose keys and values are cached. */
export type Bucket = Pick<BatchShape, 'length' | 'cached'>

export interface Sizes {
  /** Sizes that sequences are padded to, ascending; the last one holds the longest. */
  readonly buckets: readonly Bucket[]
  /** Rows of a micro-batch of this size. */
  readonly rowsAtOnce: (bucket: Bucket) => number
}

/** Some of a step's rows, and the smallest size that holds them all. */
export interface MicroBatch<T> {
  readonly rows: readonly T[]
  readonly bucket: Bucket
}

/**
 * Micro-batches of the longest rows come first, and each takes as many rows as its size allows: a long row does not leave
 * the short ones alone in small micro-batches. Rows of equal length keep their order.
 */
export function microBatches<T extends { readonly sequence: Sequence }>(
  rows: readonly T[],
  { buckets, rowsAtOnce }: Sizes,
): MicroBatch<T>[] {
  const isCached = buckets.some(({ cached }) => cached > 0)
  const left = rows.toSorted((a, b) => b.sequence.ids.length - a.sequence.ids.length)
  const parts: MicroBatch<T>[] = []
  while (left.length > 0) {
    const longest = bucketOf(
      left.map(({ sequence }) => sequence),
      buckets,
      isCached,
    )
    const rows = left.splice(0, rowsAtOnce(longest))
    parts.push({ rows, bucket: longest })
  }
  return parts
}

/** The smallest bucket that holds all the sequences. */
function bucketOf(sequences: readonly Sequence[], buckets: readonly Bucket[], isCached: boolean): Bucket {
  const cached = isCached ? Math.max(...sequences.map(({ constant }) => constant)) : 0
  const length = Math.max(...sequences.map((sequence) => sequence.ids.length - firstOf(sequence, { cached })))
  return buckets.find((bucket) => bucket.length >= length && bucket.cached >= cached) ?? { length, cached }
}
