// The plain decoder, Llama's: the defaults of an architecture's declaration.
import type { Architecture } from './architecture.ts'

export const plain = Object.freeze<Omit<Architecture, 'name' | 'title'>>({
  traits: { activation: 'silu', qkvBias: false, qkNorm: false, postNorms: false },
  embeddingScale: () => 1,
  rotaryBase: 1e4,
  localRotaryBase: undefined,
  safetensors: {
    modelTypes: [],
    defaults: {},
    windowed: undefined,
    normOffset: 0,
    // In a text model, within a multimodal model as transformers 4 and 5 name it, and in a model saved without its head.
    tensorNames: (name) => [
      name,
      `language_model.${name}`,
      name.replace(/^model\./, 'model.language_model.'),
      name.replace(/^model\./, ''),
    ],
  },
  gguf: {
    architecture: undefined,
    interleavedRotary: false,
    windowPattern: undefined,
    attentionWidth: ({ headDim }) => headDim,
    layerTensors: {
      'self_attn.q_proj': 'attn_q',
      'self_attn.k_proj': 'attn_k',
      'self_attn.v_proj': 'attn_v',
      'self_attn.o_proj': 'attn_output',
      'self_attn.q_norm': 'attn_q_norm',
      'self_attn.k_norm': 'attn_k_norm',
      'mlp.gate_proj': 'ffn_gate',
      'mlp.up_proj': 'ffn_up',
      'mlp.down_proj': 'ffn_down',
      input_layernorm: 'attn_norm',
      // The norm before the feed-forward block: transformers names it for its position after attention.
      post_attention_layernorm: 'ffn_norm',
    },
  },
})
