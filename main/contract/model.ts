// A base model as the studio uses it, independent of the file format it came from.

export type StoredType = 'F32' | 'F16' | 'BF16' | 'Q8_0' | 'Q4_0' | 'Q4_1' | 'Q5_0' | 'Q5_1' | 'Q4_K' | 'Q5_K' | 'Q6_K'

/** The precision in which a frozen model's weights are stored and multiplied. */
export type PrecisionName = 'float32' | 'int8' | 'f16' | 'as-stored'

export type RopeScaling =
  | { readonly kind: 'none' }
  | { readonly kind: 'linear'; readonly factor: number }
  | {
      readonly kind: 'llama3'
      readonly factor: number
      readonly lowFrequencyFactor: number
      readonly highFrequencyFactor: number
      readonly originalContext: number
    }

export interface Rope {
  readonly theta: number
  readonly scaling: RopeScaling
}

/** A decoder's shape: the network is built from this alone, without regard to `family`. */
export interface DecoderConfig {
  /** Its architecture's name in the engine's table, to show and to store; nothing depends on it. */
  readonly family: string
  readonly layers: number
  readonly hidden: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly intermediate: number
  readonly vocab: number
  readonly context: number
  readonly normEps: number
  /** Added to every norm's stored weight (Gemma safetensors keep w where the norm multiplies by 1 + w; its GGUF does not). */
  readonly normOffset: number
  readonly activation: 'silu' | 'gelu-tanh'
  /** Biases on the query, key and value projections (Qwen2). */
  readonly qkvBias: boolean
  /** RMS norm over each head of queries and keys before the rotation (Qwen3, Gemma 3). */
  readonly qkNorm: boolean
  /** Norms also after attention and after the feed-forward block (Gemma 3). */
  readonly postNorms: boolean
  /** Embeddings are multiplied by this: sqrt(hidden) for Gemma, otherwise 1. */
  readonly embeddingScale: number
  /** Attention scores are multiplied by this: 1/sqrt(headDim) unless the config says otherwise. */
  readonly attentionScale: number
  readonly tiedHead: boolean
  readonly rope: Rope
  /** Sliding-window layers: true where layer i attends only to the last `window` tokens (itself included). */
  readonly windowedLayers: readonly boolean[]
  readonly window: number
  /** Rotation of the windowed layers (Gemma 3's local base); equals `rope` elsewhere. */
  readonly localRope: Rope
}

/** A float32 weight's bytes on disk. `file` is a base name within the model's folder. */
export interface WeightRef {
  readonly file: string
  /** Byte offset of the first element. */
  readonly offset: number
  readonly bytes: number
  readonly type: StoredType
  readonly shape: readonly number[]
}

/** Bytes of a tensor as ONNX Runtime maps them; 'u4' has two elements a byte, the first in its low half. */
export interface WeightPart {
  readonly file: string
  readonly offset: number
  readonly bytes: number
  readonly type: 'f32' | 'f16' | 'bf16' | 'i8' | 'u8' | 'u4'
  readonly shape: readonly number[]
}

/**
 * A quantised weight; every scheme names its parts.
 * - `half`: `values` f16 or bf16.
 * - `int8`: integers u8 with zero point 128; an element is scale * (integer - 128). Twice: as `rows` [out, in] with `scales`
 *   [out], and transposed as `columns` [in, out] with `columnScales` [out], rotated along the dim `in` (graph/rotation.ts).
 * - `blocks`: `values` u4 or i8 [out, blocks, elements]; `scales` f32 [out, blocks, 1]; `zeros` likewise, where
 *   their zero point is not 0. An element is scale * (integer - zero).
 */
export interface QuantisedWeight {
  readonly scheme: 'half' | 'int8' | 'blocks'
  readonly shape: readonly number[]
  readonly parts: Readonly<Record<string, WeightPart>>
}

/** A tokenizer in Hugging Face's format, whichever file format it was read from. */
export interface TokenizerFiles {
  readonly tokenizer: Readonly<Record<string, unknown>>
  /** tokenizer_config.json's object: bos_token, eos_token, chat_template, ... */
  readonly config: Readonly<Record<string, unknown>>
  /** Ids that end generation, where the model's files name them. */
  readonly ends?: readonly number[]
}

/**
 * A base model ready for ONNX Runtime: its weights in files of one folder, under Hugging Face's names
 * (`model.embed_tokens.weight`, `model.layers.0.self_attn.q_proj.weight` [out, in], `model.norm.weight`, `lm_head.weight`
 * only where the head is untied), queries and keys in the half-split (Hugging Face) order of rotary pairs.
 */
export interface PreparedModel {
  readonly name: string
  /** SHA-256 of its weights, config, tokenizer and chat template: the identity that prompts are bound to. */
  readonly hash: string
  /** SHA-256 of the bytes of its weights' files, to which prepared copies are bound; `hash` where absent. */
  readonly weightsHash?: string
  readonly folder: string
  readonly config: DecoderConfig
  readonly tokenizer: TokenizerFiles
  /** The float32 ones: all of them, or the norms and biases alone. */
  readonly weights: Readonly<Record<string, WeightRef>>
  /** The quantised ones. */
  readonly quantised?: Readonly<Record<string, QuantisedWeight>>
  /** The precision of the weights; float32 where absent. */
  readonly precision?: PrecisionName
  /** The source file and the folder of prepared copies: other precisions are prepared from these. */
  readonly origin?: { readonly path: string; readonly cache: string }
  readonly licence?: string
}
