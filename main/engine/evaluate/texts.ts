// Texts that are read once for all, as graphs take them.
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'
import type { Buffers } from './buffers.ts'

/** How texts are laid out. */
export interface TextShape {
  /** Rows; more than there are texts leaves rows of zeros. */
  readonly batch: number
  /** Tokens before the texts that somebody else fills in; 0 where absent. */
  readonly before?: number
  /** Tokens of the longest text, or more. */
  readonly read: number
}

export interface ReadTexts {
  /** Reads those that nobody has read yet; only what was read can be asked for. */
  read(sequences: readonly Sequence[]): Promise<void>
  /**
   * Graph inputs `read.keys.<layer>` and `read.values.<layer>` [batch, kvHeads, before + read, headDim], zero behind each
   * text; in new arrays where no buffers are given.
   */
  feeds(sequences: readonly Sequence[], shape: TextShape, buffers?: Buffers): Promise<NamedTensors>
  /** Begins to fetch what is asked for next, while something else computes. */
  ahead(sequences: readonly Sequence[]): void
}
