// How many virtual tokens there are: those that stand among a row's tokens, and those before them as keys and values.
import type { Parts } from '../../contract/parts.ts'

export interface VirtualTokens {
  /** Virtual embeddings among the tokens. */
  readonly embeddings: number
  /** Virtual keys and values before the tokens. */
  readonly past: number
}

export const noVirtualTokens: VirtualTokens = { embeddings: 0, past: 0 }

export const virtualTokensOf = (parts: Parts | undefined): VirtualTokens => ({
  embeddings: parts?.embeddings?.shape[0] ?? 0,
  past: parts?.past?.[0]?.keys.shape[0] ?? 0,
})

/** Positions that they take, wherever they stand. */
export const countOf = ({ embeddings, past }: VirtualTokens): number => embeddings + past
