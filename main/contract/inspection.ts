// What inspecting a tuned prompt reports of each virtual token: hints at what tuning made of it, never an explanation.
import type { LinearName } from './parts.ts'

export interface NearToken {
  readonly id: number
  /** As it stands in a text, with the space before it; one that is no text by itself in its tokenizer's spelling. */
  readonly token: string
  readonly cosine: number
}

/** What happens to the answers where one virtual token alone is taken away. */
export interface Ablation {
  /** Mean loss of the right label, in nats, without it less with it: above 0 = the prompt needs it. */
  readonly difference: number
  /**
   * Half the width of the difference's interval, from the rows' paired differences; the intervals of all tokens hold
   * together with 95 %. Infinity for a single row.
   */
  readonly margin: number
  /** Rows that are answered otherwise. */
  readonly changed: number
}

interface InspectedToken {
  /** The word whose numbers it started from; undefined where it started from chance. */
  readonly startedAs: string | undefined
  readonly ablation: Ablation
}

export interface EmbeddingToken extends InspectedToken {
  /** L2 norm, to be read beside the words' norms. */
  readonly norm: number
  /** Cosine to the word it started from; undefined where it started from chance. */
  readonly startCosine: number | undefined
  /** The nearest words by cosine, the nearest first. */
  readonly nearest: readonly NearToken[]
}

/** Norms are means over the layers, in units of the mean norm of the tokens that the prefix started from: 1 = like them. */
export interface PrefixToken extends InspectedToken {
  readonly keys: number
  readonly values: number
  /** Distance of its keys and values from where they started, in the same units. */
  readonly moved: number
}

/** L2 norms of the rows of the embedding table. */
export interface TokenNorms {
  readonly mean: number
  /** 5 % of the words have less. */
  readonly low: number
  /** 5 % of the words have more. */
  readonly high: number
}

/** How far updates are from changing nothing, over all layers: the root mean square of what each adds. */
export interface UpdateSize {
  readonly linear: LinearName
  /** Of the matrix that is added to the weights; 0 = none. */
  readonly weights: number
  /** Of the factors of inputs and outputs less one; 0 = none. */
  readonly factors: number
  readonly bias: number
}

export type TokenStates =
  | {
      readonly part: 'embeddings'
      readonly tokenNorms: TokenNorms
      /** Cosine of a row of random numbers to the word that is nearest to it, on average. */
      readonly chance: number
      readonly tokens: readonly EmbeddingToken[]
    }
  /** Keys and values of every layer: there is no embedding, and so no token of the vocabulary that could be near. */
  | { readonly part: 'past'; readonly tokens: readonly PrefixToken[] }
  /** No virtual token at all: how much each linear map was changed. */
  | { readonly part: 'updates'; readonly tokens: readonly never[]; readonly updates: readonly UpdateSize[] }

export type PromptInspection = TokenStates & {
  /** Validation rows that were scored with each token taken away. */
  readonly rows: number
  /** Mean loss of the right label on them with the whole prompt, in nats. */
  readonly loss: number
}
