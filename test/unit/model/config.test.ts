// Families by what their files say, in the words of transformers 4 and 5 and of GGUF; what is unknown is refused by name.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DecoderConfig } from '../../../main/contract/model.ts'
import { configFromGguf } from '../../../main/engine/model/config-gguf.ts'
import { configFromJson } from '../../../main/engine/model/config-json.ts'
import type { MetadataValue } from '../../../main/engine/model/gguf.ts'
import { jsonFromConfig } from '../../../main/engine/model/write-folder.ts'

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
    // Silence means transformers' own default.
    expect(configFromJson({ ...llama, model_type: 'mistral' })).toMatchObject({ window: 4096, context: 131072 })
    expect(configFromJson({ ...llama, sliding_window: 32 })).toMatchObject({ window: 0 })
  })

  it('of Qwen: biases in 2, norms of queries and keys in 3, a window only where it is used', () => {
    const qwen2 = configFromJson({ ...shape, model_type: 'qwen2', sliding_window: 32, use_sliding_window: false })
    expect(qwen2).toMatchObject({ qkvBias: true, qkNorm: false, window: 0, context: 32768 })
    expect(configFromJson({ ...shape, model_type: 'qwen2', sliding_window: 32 })).toMatchObject({ window: 0 })
    const upper = { sliding_window: 32, use_sliding_window: true, max_window_layers: 4 }
    expect(configFromJson({ ...shape, model_type: 'qwen2', ...upper })).toMatchObject({
      window: 32,
      windowedLayers: [false, false, false, false, true, true],
    })
    expect(configFromJson({ ...shape, model_type: 'qwen3', head_dim: 32 })).toMatchObject({ qkNorm: true, headDim: 32 })
    expect(configFromJson({ ...shape, model_type: 'qwen3' })).toMatchObject({ headDim: 128 })
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
    expect(configFromJson({ ...gemma, _sliding_window_pattern: 3 }).windowedLayers).toEqual([
      true,
      true,
      false,
      true,
      true,
      false,
    ])
  })

  it('of Gemma 3 as published: a text_config that leaves out whatever is usual', () => {
    const text_config = {
      model_type: 'gemma3_text',
      hidden_size: 2560,
      intermediate_size: 10240,
      num_hidden_layers: 34,
      rope_scaling: { factor: 8, rope_type: 'linear' },
      sliding_window: 1024,
    }
    const old = configFromJson({ model_type: 'gemma3', text_config })
    expect(old).toMatchObject({
      heads: 8,
      kvHeads: 4,
      headDim: 256,
      vocab: 262208,
      context: 131072,
      attentionScale: 1 / 16,
      tiedHead: true,
      window: 1024,
      rope: { theta: 1e6, scaling: { kind: 'linear', factor: 8 } },
      localRope: { theta: 1e4, scaling: { kind: 'none' } },
    })
    const { rope_scaling: _, ...rest } = text_config
    const rope_parameters = {
      full_attention: { rope_type: 'linear', factor: 8, rope_theta: 1e6 },
      sliding_attention: { rope_type: 'default', rope_theta: 1e4 },
    }
    expect(configFromJson({ model_type: 'gemma3', text_config: { ...rest, rope_parameters } })).toEqual(old)
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
    ['half a rope scaling', { ...llama, rope_scaling: { rope_type: 'llama3', factor: 4 } }, 'lacks low_freq_factor'],
    ['partial rotation', { ...llama, rope_parameters: { partial_rotary_factor: 0.5 } }, 'partial rotary'],
    ['both directions', { ...gemma, use_bidirectional_attention: true }, 'attention in both directions'],
    ['soft caps', { ...gemma, final_logit_softcapping: 30 }, 'soft-capped logits'],
    ['heads that do not divide', { ...llama, num_key_value_heads: 3 }, 'do not share 3 keys evenly'],
    ['heads that do not fit', { ...llama, hidden_size: 66 }, 'headDim (16.5)'],
    ['odd heads', { ...llama, head_dim: 15 }, 'cannot be rotated'],
  ])('is refused by name where it holds %s we do not know', (_, json, sentence) => {
    expect(() => configFromJson(json)).toThrow(sentence)
  })
})

const llama3 = {
  ...{ rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 },
  original_max_position_embeddings: 8192,
}
const qwen2 = { ...shape, model_type: 'qwen2', use_sliding_window: true, sliding_window: 32, max_window_layers: 4 }

describe('config.json of a model that the studio writes', () => {
  it.each([
    ['Llama', llama],
    ['Llama 3', { ...llama, rope_theta: 5e5, rope_scaling: llama3, tie_word_embeddings: true }],
    ['Llama with linear scaling', { ...llama, rope_scaling: { type: 'linear', factor: 2 } }],
    ['Mistral', { ...llama, model_type: 'mistral', sliding_window: 32 }],
    ['Mistral without a window', { ...llama, model_type: 'mistral', sliding_window: null }],
    ['Qwen2', { ...shape, model_type: 'qwen2' }],
    ['Qwen2 with windows in its upper layers', qwen2],
    ['Qwen3', { ...shape, model_type: 'qwen3', head_dim: 32, rms_norm_eps: 1e-5 }],
    ['Gemma 3', gemma],
    ['Gemma 3 with another pattern', { ...gemma, _sliding_window_pattern: 3, max_position_embeddings: 2048 }],
    ['Gemma 3 whose global layers are scaled', { ...gemma, rope_scaling: { rope_type: 'linear', factor: 8 } }],
  ])('is read as what it was written from: %s', (_, json) => {
    const config = configFromJson(json)
    expect(configFromJson(jsonFromConfig(config) as typeof json)).toEqual(config)
  })

  it('of a Mistral that came as GGUF is Mistral’s, for Llama has no window', () => {
    const config = ggufConfig('llama', { 'attention.sliding_window': 32 })
    expect(configFromJson(jsonFromConfig(config) as typeof llama)).toEqual({ ...config, family: 'mistral' })
  })
})

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
const ggufConfig = (architecture: string, more?: Record<string, MetadataValue>, factors?: Float32Array) =>
  configFromGguf({ metadata: metadata(architecture, more), tensors: [embedding] }, factors)

describe('GGUF metadata', () => {
  it('says the same as config.json', () => {
    expect(ggufConfig('llama', { 'rope.freq_base': 5e5 })).toMatchObject({
      headDim: 16,
      tiedHead: true,
      vocab: 100,
      rope: { theta: 5e5 },
    })
    expect(ggufConfig('qwen3', { 'attention.key_length': 32 })).toMatchObject({ headDim: 32, qkNorm: true })
    expect(ggufConfig('gemma3', { 'attention.sliding_window': 512, 'attention.key_length': 32 })).toMatchObject({
      windowedLayers: [true, true, true, true, true, false],
      embeddingScale: 8,
      normOffset: 0,
      localRope: { theta: 1e4 },
    })
  })

  it('of newer Gemma 3 files names the local layers and their rotation', () => {
    const window = { 'attention.sliding_window': 512, 'rope.freq_base_swa': 5e3 }
    expect(ggufConfig('gemma3', { ...window, 'attention.sliding_window_pattern': 2 })).toMatchObject({
      windowedLayers: [true, false, true, false, true, false],
      localRope: { theta: 5e3 },
    })
    const named = [false, true, true, false, false, true]
    expect(ggufConfig('gemma3', { ...window, 'attention.sliding_window_pattern': named }).windowedLayers).toEqual(named)
  })

  it('knows Llama 3 by its rotary factors, and refuses others', () => {
    expect(
      ggufConfig(
        'llama',
        { 'rope.freq_base': 5e5 },
        Float32Array.from({ length: 8 }, () => 1),
      ).rope.scaling,
    ).toMatchObject({
      kind: 'llama3',
    })
    const own = Float32Array.of(1, 3, 1, 5, 1, 1, 1, 1)
    expect(() => ggufConfig('llama', {}, own)).toThrow('rotary factors of its own')
    expect(() => ggufConfig('llama', {}, own.subarray(4))).toThrow('do not fit its heads')
  })

  it.each([
    ['a family', 'rwkv', {}, '"rwkv"'],
    ['experts', 'llama', { expert_count: 8 }, 'mixture of experts'],
    ['partial rotation', 'llama', { 'rope.dimension_count': 8 }, 'partial rotary'],
    ['a rope scaling', 'llama', { 'rope.scaling.type': 'yarn' }, '"yarn"'],
    ['no width', 'llama', { embedding_length: 0 }, 'embedding_length'],
    ['an absurd depth', 'llama', { block_count: 1e9 }, 'block_count'],
    ['layers that differ', 'llama', { 'attention.head_count': [4, 2] }, 'of its own for each layer'],
    ['no scale', 'llama', { 'rope.freq_base': NaN }, 'rotary embedding'],
  ])('is refused by name where it holds %s we do not know', (_, architecture, more, sentence) => {
    expect(() => ggufConfig(architecture, more)).toThrow(sentence)
  })
})

describe('a config of anything at all', () => {
  const number = fc.oneof(fc.constantFrom(0, -1, 1, 2, 3, 64, 0.5, 1e9, 2 ** 31, 2 ** 53), fc.double())
  const anything = fc.oneof(
    number,
    fc.constantFrom(null, true, 'linear', 'llama3', 'sliding_attention'),
    fc.jsonValue(),
  )
  const isTyped = (read: () => DecoderConfig): void => {
    try {
      const { layers, heads, kvHeads, headDim, windowedLayers } = read()
      expect([windowedLayers.length, heads % kvHeads, headDim % 2]).toEqual([layers, 0, 0])
    } catch (error) {
      expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^model\//) as string })
    }
  }

  it('is refused by a typed error, or its numbers fit each other', () => {
    const start = performance.now()
    const words = ['rope_scaling', 'rope_parameters', 'full_attention', 'sliding_attention', 'rope_type', 'factor']
    const keys = [...Object.keys({ ...gemma, ...shape }), 'layer_types', 'text_config', ...words]
    const entries = fc.dictionary(
      fc.constantFrom(...keys),
      fc.oneof(anything, fc.dictionary(fc.constantFrom(...words), anything)),
    )
    fc.assert(
      fc.property(fc.constantFrom('llama', 'mistral', 'qwen2', 'gemma3'), entries, (model_type, more) => {
        isTyped(() => configFromJson({ ...shape, model_type, ...more }))
      }),
      { numRuns: 3000 },
    )
    const ggufKeys = [
      'block_count',
      'embedding_length',
      'attention.head_count',
      'attention.head_count_kv',
      'context_length',
      'attention.key_length',
      'rope.freq_base',
      'rope.scaling.factor',
      'attention.sliding_window',
      'attention.sliding_window_pattern',
    ]
    const value = fc.oneof(number, fc.bigInt(), fc.constantFrom<MetadataValue>('x', true, [], [1, 2]))
    fc.assert(
      fc.property(
        fc.constantFrom('llama', 'gemma3'),
        fc.dictionary(fc.constantFrom(...ggufKeys), value),
        (name, more) => {
          isTyped(() => ggufConfig(name, more))
        },
      ),
      { numRuns: 3000 },
    )
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})
