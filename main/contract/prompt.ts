// A tuned prompt in its plain form: what the model reads, with nothing left of how it was tuned.
import type { Tensor } from './tensor.ts'

export type PlainPrompt =
  /** Embedding rows [P, hidden]. */
  | { readonly method: 'prompt-tuning'; readonly prompt: Tensor }
  /** Keys (rotated to positions 0..P-1) and values of each layer: [P, kvHeads, headDim]. */
  | { readonly method: 'prefix-tuning'; readonly keys: readonly Tensor[]; readonly values: readonly Tensor[] }
