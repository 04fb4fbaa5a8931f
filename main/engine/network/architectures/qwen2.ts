// Qwen2 and 2.5: biases on queries, keys and values; a sliding window, where used, from layer `max_window_layers` on.
import type { Architecture } from './architecture.ts'
import { layerTypes, plain } from './plain.ts'

export const qwen2 = Object.freeze<Architecture>({
  ...plain,
  name: 'qwen2',
  title: 'Qwen2',
  traits: { ...plain.traits, qkvBias: true },
  safetensors: {
    ...plain.safetensors,
    modelTypes: ['qwen2'],
    defaults: {
      num_key_value_heads: 32,
      max_position_embeddings: 32768,
      use_sliding_window: false,
      max_window_layers: 28,
    },
    windowed:
      ({ max_window_layers: first }) =>
      (layer) =>
        layer >= (first ?? 0),
    described: (config) => ({
      ...plain.safetensors.described(config),
      architectures: ['Qwen2ForCausalLM'],
      model_type: 'qwen2',
      use_sliding_window: config.window > 0,
      sliding_window: config.window > 0 ? config.window : null,
      layer_types: layerTypes(config),
    }),
  },
  gguf: { ...plain.gguf, architecture: 'qwen2' },
})
