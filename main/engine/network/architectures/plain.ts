// The plain decoder, Llama's: the defaults of an architecture's declaration.
import type { Architecture } from './architecture.ts'

/** All but its names. */
interface Plain extends Omit<Architecture, 'name' | 'title' | 'gguf'> {
  readonly gguf: Omit<Architecture['gguf'], 'architecture'>
}

export const plain = Object.freeze<Plain>({
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
