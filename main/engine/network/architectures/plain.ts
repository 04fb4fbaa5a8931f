// The plain decoder, Llama's: the defaults of an architecture's declaration.
import type { DecoderConfig, Rope } from '../../../contract/model.ts'
import type { Architecture } from './architecture.ts'

/** config.json's `rope_scaling`, which versions 4 and 5 of transformers read alike. */
export function ropeScaling({ scaling }: Rope): Readonly<Record<string, unknown>> | null {
  if (scaling.kind === 'none') return null
  if (scaling.kind === 'linear') return { rope_type: 'linear', factor: scaling.factor }
  return {
    rope_type: 'llama3',
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequencyFactor,
    high_freq_factor: scaling.highFrequencyFactor,
    original_max_position_embeddings: scaling.originalContext,
  }
}

/** config.json's `layer_types`. */
export const layerTypes = ({ windowedLayers }: DecoderConfig): readonly string[] =>
  windowedLayers.map((windowed) => (windowed ? 'sliding_attention' : 'full_attention'))

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
    described: ({ rope }) => ({
      architectures: ['LlamaForCausalLM'],
      model_type: 'llama',
      hidden_act: 'silu',
      rope_theta: rope.theta,
      rope_scaling: ropeScaling(rope),
    }),
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
