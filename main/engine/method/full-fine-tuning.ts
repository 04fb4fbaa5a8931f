// Full fine-tuning: every weight of the model is trained, and the result is a model of its own.
import type { PrecisionName } from '../../contract/model.ts'
import { optimiserNames } from '../../contract/settings.ts'
import type { SettingSpec } from '../../contract/setting-specs.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { neededWeights } from '../model/weights.ts'
import type { Method } from './method.ts'
import { noVirtualTokens } from './virtual.ts'

/** How much memory the optimiser takes for each weight: 2 bytes, 8, and 4. */
const optimiser: SettingSpec = {
  ...{ name: 'optimiser', option: 'optimiser', first: true, kind: 'choice', values: optimiserNames },
  default: 'adamw-8bit',
}

/** Only float32 weights can be trained. */
const precision: SettingSpec = {
  ...{ name: 'precision', option: 'precision', kind: 'choice', values: ['float32'] satisfies PrecisionName[] },
  default: 'float32',
}

export const fullFineTuning: Method = {
  name: 'full-fine-tuning',
  family: 'whole model',
  placements: ['start'],
  settings: [optimiser, precision],
  recipes: { start: { learningRate: 3e-5, steps: 150, validateEvery: 25 } },
  virtual: () => noVirtualTokens,

  tensors: (config) => [...neededWeights(config)].map(([name, shape]) => ({ name, shape, trainable: true })),

  async initialise(probe) {
    const weights: Record<string, Tensor> = {}
    for (const [name, shape] of neededWeights(probe.config)) weights[name] = { shape, data: await probe.weight(name) }
    return weights
  },

  attach(inputs, { config }) {
    const own = neededWeights(config)
    return { weights: (name) => (own.has(name) ? inputs(name) : undefined) }
  },

  // Once the weights are a model of their own, nothing is left to attach to it.
  fold: (tensors) => (Object.keys(tensors).length === 0 ? {} : { weights: tensors }),
}
