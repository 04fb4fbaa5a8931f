// A prefix after the text and a low-rank update of the tail, trained together over the same precomputed texts.
import { tailLora } from './low-rank.ts'
import type { Method } from './method.ts'
import { prefixTuning } from './prefix-tuning.ts'
import { adapterTail } from './virtual-settings.ts'

const learningRate = tailLora.recipes['after-text']?.learningRate ?? 0

/** The prefix keeps its own learning rate beside the update's. */
const prefixRate = (prefixTuning.recipes['after-text']?.learningRate ?? 0) / learningRate

export const prefixTailLora: Method = {
  name: 'prefix-tail-lora',
  family: 'tail adapter',
  placements: ['after-text'],
  settings: [...new Set([...prefixTuning.settings, ...tailLora.settings])],
  recipes: { 'after-text': { learningRate, steps: 150, validateEvery: 10, tail: adapterTail } },
  virtual: (settings) => prefixTuning.virtual(settings),
  updates: 'low-rank',

  tensors: (config, settings) => [
    ...prefixTuning.tensors(config, settings).map((spec) => ({ ...spec, rate: prefixRate })),
    ...tailLora.tensors(config, settings),
  ],

  initialise: async (probe, settings, start) => ({
    ...(await prefixTuning.initialise(probe, settings, start)),
    ...(await tailLora.initialise(probe, settings, start)),
  }),

  attach: (inputs, graph, settings) => ({
    ...prefixTuning.attach(inputs, graph, settings),
    ...tailLora.attach(inputs, graph, settings),
  }),

  fold: (tensors, settings) => ({
    ...prefixTuning.fold(tensors, settings),
    ...tailLora.fold(tensors, settings),
  }),
}
