// The families of base models: how each differs from the plain decoder, and by what names files call them.
import { studioError } from '../../contract/errors/index.ts'
import type { DecoderConfig, FamilyName } from '../../contract/model.ts'

interface Family {
  /** `model_type` in config.json. */
  readonly types: readonly string[]
  /** `general.architecture` in GGUF; Mistral calls itself llama there. */
  readonly gguf: string | undefined
  /** Its GGUF keeps query and key rows in the order of interleaved rotary pairs. */
  readonly interleavedRotary: boolean
  /** Added to stored norm weights of safetensors; GGUF converters have added it already. */
  readonly normOffset: number
  /** Which layers see a window only, where config.json does not list them: every one, those from a layer on, or all but each n-th. */
  readonly windows: 'none' | 'every' | 'upper' | 'pattern'
  /** What transformers takes where config.json is silent: published files leave out what equals it. */
  readonly defaults: Readonly<Record<string, number | boolean | string>>
  readonly traits: Pick<DecoderConfig, 'activation' | 'qkvBias' | 'qkNorm' | 'postNorms'>
}

const plain: Family['traits'] = { activation: 'silu', qkvBias: false, qkNorm: false, postNorms: false }
const gemma: Family['traits'] = { activation: 'gelu-tanh', qkvBias: false, qkNorm: true, postNorms: true }
const qwen: Family['defaults'] = {
  num_key_value_heads: 32,
  max_position_embeddings: 32768,
  use_sliding_window: false,
  max_window_layers: 28,
}

export const families: { readonly [K in FamilyName]: Family } = {
  llama: {
    types: ['llama'],
    gguf: 'llama',
    interleavedRotary: true,
    normOffset: 0,
    windows: 'none',
    defaults: { max_position_embeddings: 2048 },
    traits: plain,
  },
  mistral: {
    types: ['mistral'],
    gguf: undefined,
    interleavedRotary: true,
    normOffset: 0,
    windows: 'every',
    defaults: { num_key_value_heads: 8, max_position_embeddings: 131072, sliding_window: 4096 },
    traits: plain,
  },
  qwen2: {
    types: ['qwen2'],
    gguf: 'qwen2',
    interleavedRotary: false,
    normOffset: 0,
    windows: 'upper',
    defaults: qwen,
    traits: { ...plain, qkvBias: true },
  },
  qwen3: {
    types: ['qwen3'],
    gguf: 'qwen3',
    interleavedRotary: false,
    normOffset: 0,
    windows: 'upper',
    defaults: { ...qwen, head_dim: 128 },
    traits: { ...plain, qkNorm: true },
  },
  gemma3: {
    types: ['gemma3', 'gemma3_text'],
    gguf: 'gemma3',
    interleavedRotary: false,
    normOffset: 1,
    windows: 'pattern',
    defaults: {
      num_attention_heads: 8,
      num_key_value_heads: 4,
      head_dim: 256,
      vocab_size: 262208,
      max_position_embeddings: 131072,
      query_pre_attn_scalar: 256,
      hidden_activation: 'gelu_pytorch_tanh',
      sliding_window: 4096,
      tie_word_embeddings: true,
    },
    traits: gemma,
  },
}

const entries = Object.entries(families) as [FamilyName, Family][]

/** The family that a file names. Throws model/unsupported-family. */
export function familyNamed(name: string, by: 'types' | 'gguf'): FamilyName {
  const found = entries.find(([, family]) => (by === 'gguf' ? family.gguf === name : family.types.includes(name)))
  if (found === undefined) throw studioError('model/unsupported-family', name, 'Llama, Mistral, Qwen2, Qwen3, Gemma 3')
  return found[0]
}
