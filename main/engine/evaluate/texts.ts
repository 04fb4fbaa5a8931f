// Texts that were read once for all, as graphs take them.
import type { NamedTensors } from '../../contract/tensor.ts'
import type { Sequence } from '../method/layout.ts'

export interface ReadTexts {
  /**
   * Graph inputs `read.keys.<layer>` and `read.values.<layer>` [batch, kvHeads, read, headDim], zero behind each text.
   * `into` are those of an earlier call of the same size, which nobody needs any more: they are written over.
   */
  feeds(sequences: readonly Sequence[], batch: number, read: number, into?: NamedTensors): Promise<NamedTensors>
  /** Begins to fetch what is asked for next, while something else computes. */
  ahead(sequences: readonly Sequence[]): void
}
