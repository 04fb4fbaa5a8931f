// How many numbers a base model has, from its shape alone.
import type { DecoderConfig } from '../../contract/model.ts'

/** Embeddings, attention and feed-forward; the norms are too small to count. */
export function parametersOf(config: DecoderConfig): number {
  const { vocab, hidden, tiedHead, layers, heads, kvHeads, headDim, intermediate } = config
  const attention = 2 * hidden * headDim * (heads + kvHeads)
  return vocab * hidden * (tiedHead ? 1 : 2) + layers * (attention + 3 * hidden * intermediate)
}
