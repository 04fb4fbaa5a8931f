// Numbers of virtual tokens: virtual embeddings among a row's tokens, and past keys and values before them.
import type { Parts } from '../../contract/parts.ts'

export interface VirtualTokens {
  /** Virtual embeddings among the tokens. */
  readonly embeddings: number
  /** Past keys and values before the tokens. */
  readonly past: number
}

export const noVirtualTokens: VirtualTokens = { embeddings: 0, past: 0 }

export const virtualTokensOf = (parts: Parts | undefined): VirtualTokens => ({
  embeddings: parts?.embeddings?.shape[0] ?? 0,
  past: parts?.past?.[0]?.keys.shape[0] ?? 0,
})

/** Positions that virtual tokens of both kinds take. */
export const countOf = ({ embeddings, past }: VirtualTokens): number => embeddings + past

/** Whether parts update linear maps. */
export const hasUpdates = (parts: Parts | undefined): boolean => (parts?.updates ?? []).length > 0
