// Gemma 3: norms before and after attention and feed-forward, scaled embeddings, every sixth layer global.
import type { Architecture } from './architecture.ts'
import { layerTypes, plain, ropeScaling } from './plain.ts'

/** Every n-th layer is global, where a file does not state n. */
const pattern = 6

export const gemma3 = Object.freeze<Architecture>({
  ...plain,
  name: 'gemma3',
  title: 'Gemma 3',
  traits: { activation: 'gelu-tanh', qkvBias: false, qkNorm: true, postNorms: true },
  embeddingScale: (hidden) => Math.fround(Math.sqrt(hidden)),
  rotaryBase: 1e6,
  localRotaryBase: 1e4,
  safetensors: {
    ...plain.safetensors,
    modelTypes: ['gemma3', 'gemma3_text'],
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
    windowed: ({ sliding_window_pattern, _sliding_window_pattern }) => {
      const stated = sliding_window_pattern ?? _sliding_window_pattern ?? pattern
      return (layer) => (layer + 1) % stated !== 0
    },
    // The norm multiplies by 1 + w.
    normOffset: 1,
    described: (config) => ({
      architectures: ['Gemma3ForCausalLM'],
      model_type: 'gemma3_text',
      hidden_activation: 'gelu_pytorch_tanh',
      query_pre_attn_scalar: config.attentionScale ** -2,
      rope_theta: config.rope.theta,
      rope_local_base_freq: config.localRope.theta,
      rope_scaling: ropeScaling(config.rope),
      sliding_window: config.window > 0 ? config.window : null,
      layer_types: layerTypes(config),
    }),
  },
  gguf: {
    ...plain.gguf,
    architecture: 'gemma3',
    windowPattern: pattern,
    // The 27-billion model scales by hidden / heads; like llama.cpp, this recognises it by its 62 layers.
    attentionWidth: ({ layers, hidden, heads, headDim }) => (layers === 62 ? hidden / heads : headDim),
    layerTensors: {
      ...plain.gguf.layerTensors,
      post_attention_layernorm: 'post_attention_norm',
      pre_feedforward_layernorm: 'ffn_norm',
      post_feedforward_layernorm: 'post_ffw_norm',
    },
  },
})
