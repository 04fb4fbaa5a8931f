// Qwen3: RMS norms on queries and keys instead of Qwen2's biases.
import type { Architecture } from './architecture.ts'
import { plain } from './plain.ts'
import { qwen2 } from './qwen2.ts'

export const qwen3 = Object.freeze<Architecture>({
  ...plain,
  name: 'qwen3',
  title: 'Qwen3',
  traits: { ...plain.traits, qkNorm: true },
  safetensors: {
    ...qwen2.safetensors,
    modelTypes: ['qwen3'],
    defaults: { ...qwen2.safetensors.defaults, head_dim: 128 },
    described: (config) => ({
      ...qwen2.safetensors.described(config),
      architectures: ['Qwen3ForCausalLM'],
      model_type: 'qwen3',
    }),
  },
  gguf: { ...plain.gguf, architecture: 'qwen3' },
})
