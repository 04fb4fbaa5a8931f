// How many rows may run at once in a given memory.
import type { DecoderConfig } from '../../contract/model.ts'
import type { BatchShape } from '../method/batch.ts'

/**
 * Bytes that one token's activations hold until the backward pass has used them. Counted off the graph: six rows of
 * the hidden size around the norms and sums, queries and their rotations, five rows of the feed-forward size, and two
 * rows of attention weights for each head.
 */
export function bytesPerToken(config: DecoderConfig, span: number): number {
  const { hidden, heads, kvHeads, headDim, intermediate, layers } = config
  const floats = 6 * hidden + 5 * (heads + kvHeads) * headDim + 5 * intermediate + 2 * heads * span
  return 4 * layers * floats
}

/** Rows of a size that run at once: the whole batch where it fits into `bytes`, else even parts of it that do. */
export function microBatch(
  config: DecoderConfig,
  { length, read }: Pick<BatchShape, 'length' | 'read'>,
  past: number,
  batch: number,
  bytes: number,
): number {
  const texts = 2 * 4 * config.layers * 2 * config.kvHeads * config.headDim * read
  const row = length * bytesPerToken(config, length + read + past) + texts
  const fitting = Math.min(batch, Math.max(1, Math.floor(bytes / row)))
  return Math.ceil(batch / Math.ceil(batch / fitting))
}
