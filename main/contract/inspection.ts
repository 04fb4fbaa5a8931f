// Results of a prompt inspection for each virtual token: hints at what was learned, no explanation.
import type { LinearName } from './parts.ts'

export interface NearToken {
  readonly id: number
  /** Its text, with a space before it where it has one; the tokenizer's spelling of a token that is no text by itself. */
  readonly token: string
  readonly cosine: number
}

/** How the answers change where one virtual token is ablated. */
export interface Ablation {
  /** Mean loss of the right label in nats, without the token minus with it: above 0 = the prompt needs the token. */
  readonly difference: number
  /**
   * Half the width of the difference's confidence interval, from the rows' paired differences; the intervals of all tokens
   * hold simultaneously with 95 %. Infinity for a single row.
   */
  readonly margin: number
  /** Rows whose answer changes. */
  readonly changed: number
}

interface InspectedToken {
  /** The token from which it was initialised; undefined where it was initialised at random, or from another prompt. */
  readonly startedAs: string | undefined
  readonly ablation: Ablation
}

export interface EmbeddingToken extends InspectedToken {
  /** L2 norm, to compare with the vocabulary's `TokenNorms`. */
  readonly norm: number
  /** Cosine to that token; undefined where there is none. */
  readonly startCosine: number | undefined
  /** The nearest tokens of the vocabulary by cosine, the nearest first. */
  readonly nearest: readonly NearToken[]
}

/** Norms are means over the layers, in units of the mean norm of the tokens that it started from: 1 = as large as these. */
export interface PrefixToken extends InspectedToken {
  readonly keys: number
  readonly values: number
  /** Distance of its keys and values from their initial values, in the same units. */
  readonly moved: number
}

/** L2 norms of the rows of the embedding table. */
export interface TokenNorms {
  readonly mean: number
  /** 5th percentile over the vocabulary. */
  readonly low: number
  /** 95th percentile over the vocabulary. */
  readonly high: number
}

/** Sizes of the linear updates over all layers, as root mean squares: 0 = they change nothing. */
export interface UpdateSize {
  readonly linear: LinearName
  /** The matrix that is added to the weights. */
  readonly weights: number
  /** Factors of inputs and outputs, minus 1. */
  readonly factors: number
  readonly bias: number
}

export type TokenStates =
  | {
      readonly part: 'embeddings'
      readonly tokenNorms: TokenNorms
      /** Cosine of a random vector to its nearest token, on average. */
      readonly chance: number
      readonly tokens: readonly EmbeddingToken[]
    }
  /** Keys and values of every layer, which have no embedding, and so no nearest tokens. */
  | { readonly part: 'past'; readonly tokens: readonly PrefixToken[] }
  /** Linear updates without virtual tokens. */
  | { readonly part: 'updates'; readonly tokens: readonly never[]; readonly updates: readonly UpdateSize[] }

export type PromptInspection = TokenStates & {
  /** Name of the prompt that the run started from, where it did. */
  readonly startedFrom?: string
  /** Validation rows that were scored without each token. */
  readonly rows: number
  /** Mean loss of the right label on them with the whole prompt, in nats. */
  readonly loss: number
}
