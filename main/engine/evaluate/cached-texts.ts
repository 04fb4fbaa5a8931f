// Precomputed keys and values of texts, in the form of graph inputs.
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import type { Buffers } from './buffers.ts'

/** The shape into which cached texts are padded. */
export interface CachedShape {
  /** Rows of the batch; rows beyond the texts are zero. */
  readonly batch: number
  /** Tokens to leave free before each text, for a prompt's past keys and values; 0 where absent. */
  readonly offset?: number
  /** Tokens of the longest text, or more. */
  readonly cached: number
}

export interface CachedTexts {
  /** Computes the keys and values that the cache lacks, in large batches; `feeds` computes what is still missing. */
  precompute(sequences: readonly Sequence[]): Promise<void>
  /**
   * Graph inputs `cached.keys.<layer>` and `cached.values.<layer>` [batch, kvHeads, offset + cached, headDim], zero after
   * each text; in new arrays where no buffers are given.
   */
  feeds(sequences: readonly Sequence[], shape: CachedShape, buffers?: Buffers): Promise<NamedTensors>
  /** Begins to load from disk what the next call of `feeds` will need, while the current step computes. */
  prefetch(sequences: readonly Sequence[]): void
}
