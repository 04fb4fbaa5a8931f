// How the tokens of a text are chosen, and where it ends.

export interface SamplingSettings {
  readonly maxNewTokens: number
  /** 0 = greedy. */
  readonly temperature: number
  /** Nucleus: smallest set of tokens whose probability reaches this; 1 = off. */
  readonly topP: number
  readonly stop: readonly string[]
  readonly seed: number
}
