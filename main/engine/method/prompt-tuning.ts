// Prompt tuning (Lester et al. 2021): P trained virtual embeddings among the tokens' embeddings.
import type { Method } from './method.ts'
import { tensorOf } from './method.ts'
import { rootMeanSquare } from './statistics.ts'
import { init, tokens } from './virtual-settings.ts'

export const promptTuning: Method = {
  name: 'prompt-tuning',
  family: 'soft prompt',
  placements: ['start', 'before-text', 'after-text'],
  settings: [tokens, ...init],
  recipes: {
    'after-text': { learningRate: 2e-2, steps: 300, validateEvery: 25 },
    start: { learningRate: 2e-2, steps: 150, validateEvery: 25 },
    'before-text': { learningRate: 2e-2, steps: 150, validateEvery: 25 },
  },
  virtual: ({ tokens }) => ({ embeddings: tokens, past: 0 }),

  tensors: (config, { tokens }) => [{ name: 'prompt', shape: [tokens, config.hidden], trainable: true, byToken: true }],

  async initialise(probe, { tokens }, { ids, init, random }) {
    const rows = await probe.embeddings(ids)
    // Random rows get the scale of real embeddings, the only one that the model was trained on.
    const scale = rootMeanSquare(rows)
    const data = init === 'random' ? rows.map(() => random.normal() * scale) : rows
    return { prompt: { shape: [tokens, probe.config.hidden], data } }
  },

  attach: (inputs) => ({ embeddings: inputs('prompt') }),

  fold: (tensors) => ({ embeddings: tensorOf(tensors, 'prompt') }),
}
