// Mistral: Llama with a sliding window in every layer.
import type { Architecture } from './architecture.ts'
import { plain } from './plain.ts'

export const mistral = Object.freeze<Architecture>({
  ...plain,
  name: 'mistral',
  title: 'Mistral',
  safetensors: {
    ...plain.safetensors,
    modelTypes: ['mistral'],
    defaults: { num_key_value_heads: 8, max_position_embeddings: 131072, sliding_window: 4096 },
    windowed: () => () => true,
    described: (config) => ({
      ...plain.safetensors.described(config),
      architectures: ['MistralForCausalLM'],
      model_type: 'mistral',
      sliding_window: config.window > 0 ? config.window : null,
    }),
  },
  // Its files carry Llama's name, and are opened as Llama's: a window is in every layer.
  gguf: { ...plain.gguf, architecture: 'llama', interleavedRotary: true, windowPattern: Infinity },
})
