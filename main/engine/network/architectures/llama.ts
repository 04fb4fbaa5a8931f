// Llama, and the many models of its shape (SmolLM2, Mistral in GGUF).
import type { Architecture } from './architecture.ts'
import { mistral } from './mistral.ts'
import { plain } from './plain.ts'

export const llama = Object.freeze<Architecture>({
  ...plain,
  name: 'llama',
  title: 'Llama',
  safetensors: {
    ...plain.safetensors,
    modelTypes: ['llama'],
    defaults: { max_position_embeddings: 2048 },
    // One with windows is a Mistral that came as GGUF.
    described: (config) => (config.window > 0 ? mistral : plain).safetensors.described(config),
  },
  gguf: mistral.gguf,
})
