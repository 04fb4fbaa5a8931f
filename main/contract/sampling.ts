// How the tokens of a text are chosen, and where it ends.

/** Which tokens are drawn from: penalties and temperature change the logits, then top-k, top-p and min-p leave tokens out. */
export interface TokenChoice {
  /** 0 = greedy. */
  readonly temperature: number
  /** Nucleus: smallest set of tokens whose probability reaches this; 1 = off. */
  readonly topP: number
  /** So many of the likeliest tokens at most; 0 = off, as where absent. */
  readonly topK?: number
  /** Tokens at least so likely as this share of the likeliest one's probability; 0 = off, as where absent. */
  readonly minP?: number
  /** Divides the positive logits of tokens that were read or written, and multiplies the negative ones; 1 = off, as where absent. */
  readonly repetitionPenalty?: number
  /** Taken from a token's logit for each time it was written; 0 = off, as where absent. */
  readonly frequencyPenalty?: number
  /** Taken from a token's logit once it was written; 0 = off, as where absent. */
  readonly presencePenalty?: number
}

export interface SamplingSettings extends TokenChoice {
  readonly maxNewTokens: number
  readonly stop: readonly string[]
  readonly seed: number
  /** The form that the text must have; any where absent. */
  readonly form?: WrittenForm
}

/** JSON: any object, or what a JSON Schema allows, which is a JSON text itself (engine/constrain says which can be kept). */
export interface WrittenForm {
  readonly json: 'object' | { readonly schema: string }
}
