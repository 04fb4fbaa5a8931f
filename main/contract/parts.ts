// The parts into which every method folds its tuned prompt; the model runs with these, and any of them may be absent.
import type { NamedTensors, Tensor } from './tensor.ts'

/** The linear maps of a decoder layer, by their Hugging Face names. */
export const linearNames = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj', 'down_proj'] as const
export type LinearName = (typeof linearNames)[number]

/** One layer's keys (rotated to positions 0..P-1) and values: [P, kvHeads, headDim] each. */
export interface PastTensors {
  readonly keys: Tensor
  readonly values: Tensor
}

/**
 * A change to one linear map y = W x of one layer, on the tokens that the prompt acts on:
 * y' = outputScale * (W (inputScale * x) + scale * b (a x)) + bias. What is absent changes nothing.
 * T is a tensor, or a node of a graph where one is built.
 */
export interface LinearUpdate<T = Tensor> {
  /** Low-rank update (Hu et al. 2021): a [r, in], b [out, r]. */
  readonly lowRank?: { readonly a: T; readonly b: T; readonly scale: number }
  /** Factors of the inputs, [in] (Liu et al. 2022). */
  readonly inputScale?: T
  /** Factors of the outputs, [out]. */
  readonly outputScale?: T
  /** Added to the outputs, [out] (Zaken et al. 2021). */
  readonly bias?: T
}

/** An update and the linear map that it changes. */
export interface PlacedUpdate extends LinearUpdate {
  readonly layer: number
  readonly linear: LinearName
}

/**
 * The layout (engine/method/layout.ts) decides on which tokens a part acts: virtual embeddings are at the prompt's
 * placement; from one token of each row on, tokens attend to past keys and values and get linear updates.
 */
export interface Parts {
  /** Virtual embeddings [P, hidden]. */
  readonly embeddings?: Tensor
  /** Past keys and values, one entry a layer. */
  readonly past?: readonly PastTensors[]
  readonly updates?: readonly PlacedUpdate[]
  /** Weights of the model in place of its own, by their names and in their shapes; they act on all tokens. */
  readonly weights?: NamedTensors
}
