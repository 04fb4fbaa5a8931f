// Texts that are read once for all, as graphs take them.
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import type { Buffers } from './buffers.ts'

/** How texts are laid out. */
export interface CachedShape {
  /** Rows; more than there are texts leaves rows of zeros. */
  readonly batch: number
  /** Tokens before the texts that somebody else fills in; 0 where absent. */
  readonly offset?: number
  /** Tokens of the longest text, or more. */
  readonly cached: number
}

export interface CachedTexts {
  /** Computes those that are missing; `feeds` gives only what was computed. */
  precompute(sequences: readonly Sequence[]): Promise<void>
  /**
   * Graph inputs `cached.keys.<layer>` and `cached.values.<layer>` [batch, kvHeads, before + read, headDim], zero behind each
   * text; in new arrays where no buffers are given.
   */
  feeds(sequences: readonly Sequence[], shape: CachedShape, buffers?: Buffers): Promise<NamedTensors>
  /** Begins to fetch what is asked for next, while something else computes. */
  prefetch(sequences: readonly Sequence[]): void
}
