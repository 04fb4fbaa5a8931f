// Families by what their files say, in the words of transformers 4 and 5 and of GGUF; what is unknown is refused by name.
import { describe, expect, it } from 'vitest'
import { configFromGguf } from '../../../main/engine/model/config-gguf.ts'
import { configFromJson } from '../../../main/engine/model/config-json.ts'
import type { MetadataValue } from '../../../main/engine/model/gguf.ts'

const shape = {
  hidden_size: 64,
  intermediate_size: 128,
  num_hidden_layers: 6,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 100,
}
const llama = { ...shape, model_type: 'llama' }
const gemma = {
  ...shape,
  model_type: 'gemma3_text',
  head_dim: 32,
  query_pre_attn_scalar: 256,
  hidden_activation: 'gelu_pytorch_tanh',
  sliding_window: 512,
}

describe('config.json', () => {
  it('of Llama: plain, scaled as Llama 3 in both dialects, scaled linearly', () => {
    expect(configFromJson(llama)).toMatchObject({
      family: 'llama',
      headDim: 16,
      attentionScale: 0.25,
      tiedHead: false,
      rope: { theta: 10000, scaling: { kind: 'none' } },
    })
    const numbers = { factor: 32, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 8192 }
    const expected = {
      theta: 500000,
      scaling: { kind: 'llama3', factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192 },
    }
    const old = { ...llama, rope_theta: 500000, rope_scaling: { rope_type: 'llama3', ...numbers } }
    const recent = { ...llama, rope_parameters: { rope_type: 'llama3', rope_theta: 500000, ...numbers } }
    expect(configFromJson(old).rope).toEqual(expected)
    expect(configFromJson(recent).rope).toEqual(expected)
    const linear = { ...llama, rope_scaling: { type: 'linear', factor: 2 } }
    expect(configFromJson(linear).rope.scaling).toEqual({ kind: 'linear', factor: 2 })
  })

  it('of Mistral: with its sliding window on every layer', () => {
    const config = configFromJson({ ...llama, model_type: 'mistral', sliding_window: 32 })
    expect(config).toMatchObject({ family: 'mistral', window: 32, windowedLayers: Array(6).fill(true) as boolean[] })
    expect(configFromJson({ ...llama, model_type: 'mistral', sliding_window: null }).windowedLayers).not.toContain(true)
  })

  it('of Qwen: biases in 2, norms of queries and keys in 3, a window only where it is used', () => {
    const qwen2 = configFromJson({ ...shape, model_type: 'qwen2', sliding_window: 32, use_sliding_window: false })
    expect(qwen2).toMatchObject({ qkvBias: true, qkNorm: false, window: 0 })
    expect(configFromJson({ ...shape, model_type: 'qwen3', head_dim: 32 })).toMatchObject({ qkNorm: true, headDim: 32 })
  })

  it('of Gemma 3: scaled embeddings, post-norms, a global layer after five local ones, also inside a larger model', () => {
    const expected = {
      family: 'gemma3',
      embeddingScale: 8,
      attentionScale: 1 / 16,
      activation: 'gelu-tanh',
      postNorms: true,
      normOffset: 1,
      tiedHead: true,
      windowedLayers: [true, true, true, true, true, false],
      rope: { theta: 1e6 },
      localRope: { theta: 1e4 },
    }
    expect(configFromJson(gemma)).toMatchObject(expected)
    expect(configFromJson({ model_type: 'gemma3', text_config: gemma })).toMatchObject(expected)
  })

  it.each([
    ['a family', { ...shape, model_type: 'mamba' }, '"mamba"'],
    ['experts', { ...llama, num_local_experts: 8 }, 'mixture of experts'],
    ['biases', { ...llama, attention_bias: true }, 'attention biases'],
    ['a rope scaling', { ...llama, rope_scaling: { rope_type: 'yarn', factor: 4 } }, '"yarn"'],
    ['an activation', { ...llama, hidden_act: 'relu2' }, 'relu2'],
    ['a shape', { ...llama, hidden_size: 'wide' }, 'hidden_size'],
    ['an absurd depth', { ...llama, num_hidden_layers: 1e9 }, 'num_hidden_layers'],
    ['nothing', {}, 'no model type'],
  ])('is refused by name where it holds %s we do not know', (_, json, sentence) => {
    expect(() => configFromJson(json)).toThrow(sentence)
  })
})

describe('GGUF metadata', () => {
  const metadata = (architecture: string, more: Record<string, MetadataValue> = {}) => {
    const numbers = {
      block_count: 6,
      embedding_length: 64,
      feed_forward_length: 128,
      'attention.head_count': 4,
      'attention.head_count_kv': 2,
      ...more,
    }
    const entries = Object.entries(numbers).map(([key, value]): [string, MetadataValue] => [
      `${architecture}.${key}`,
      value,
    ])
    return new Map<string, MetadataValue>([['general.architecture', architecture], ...entries])
  }
  const embedding = { name: 'token_embd.weight', shape: [100, 64], type: 0, offset: 0 }
  const read = (architecture: string, more?: Record<string, MetadataValue>, factors?: Float32Array) =>
    configFromGguf({ metadata: metadata(architecture, more), tensors: [embedding] }, factors)

  it('says the same as config.json', () => {
    expect(read('llama', { 'rope.freq_base': 5e5 })).toMatchObject({
      headDim: 16,
      tiedHead: true,
      vocab: 100,
      rope: { theta: 5e5 },
    })
    expect(read('qwen3', { 'attention.key_length': 32 })).toMatchObject({ headDim: 32, qkNorm: true })
    expect(read('gemma3', { 'attention.sliding_window': 512, 'attention.key_length': 32 })).toMatchObject({
      windowedLayers: [true, true, true, true, true, false],
      embeddingScale: 8,
      normOffset: 0,
      localRope: { theta: 1e4 },
    })
  })

  it('knows Llama 3 by its rotary factors, and refuses others', () => {
    expect(
      read(
        'llama',
        { 'rope.freq_base': 5e5 },
        Float32Array.from({ length: 8 }, () => 1),
      ).rope.scaling,
    ).toMatchObject({
      kind: 'llama3',
    })
    const own = Float32Array.of(1, 3, 1, 5, 1, 1, 1, 1)
    expect(() => read('llama', {}, own)).toThrow('rotary factors of its own')
  })

  it.each([
    ['a family', 'rwkv', {}, '"rwkv"'],
    ['experts', 'llama', { expert_count: 8 }, 'mixture of experts'],
    ['partial rotation', 'llama', { 'rope.dimension_count': 8 }, 'partial rotary'],
    ['a rope scaling', 'llama', { 'rope.scaling.type': 'yarn' }, '"yarn"'],
    ['no width', 'llama', { embedding_length: 0 }, 'embedding_length'],
  ])('is refused by name where it holds %s we do not know', (_, architecture, more, sentence) => {
    expect(() => read(architecture, more)).toThrow(sentence)
  })
})
