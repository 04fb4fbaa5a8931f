// BitFit (Zaken et al. 2021): a trained bias for each output of a linear map, zero at first where the model has none; on all
// tokens or on the tail alone.
import { linearNames } from '../../contract/parts.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { linearPlaces, placesWith, tensorName } from './linear-places.ts'
import { linears } from './linear-settings.ts'
import { listOf, type Method } from './method.ts'
import { adapterTail, tail } from './virtual-settings.ts'

const added = 'bias'
const all = linears(linearNames)

const biases: Pick<Method, 'virtual' | 'updates' | 'tensors' | 'initialise' | 'attach' | 'fold'> = {
  virtual: () => ({ embeddings: 0, past: 0 }),
  updates: 'biases',

  tensors: (config, settings) =>
    linearPlaces(config, listOf(settings, all)).map((place) => ({
      name: tensorName(place, added),
      shape: [place.out],
      trainable: true,
    })),

  initialise({ config }, settings) {
    const zeros = this.tensors(config, settings).map(({ name, shape }): [string, Tensor] => [
      name,
      { shape, data: new Float32Array(shape[0] ?? 0) },
    ])
    return Promise.resolve(Object.fromEntries(zeros))
  },

  attach(inputs, _, settings) {
    const biased = new Set(listOf(settings, all))
    return {
      updates: (layer, linear) =>
        biased.has(linear) ? { bias: inputs(tensorName({ layer, linear }, added)) } : undefined,
    }
  },

  fold: (tensors) => ({
    updates: placesWith(tensors, added).map(({ layer, linear, tensor: bias }) => ({ layer, linear, bias })),
  }),
}

export const tailBias: Method = {
  name: 'tail-bias',
  family: 'tail adapter',
  placements: ['after-text'],
  settings: [all, tail],
  recipes: { 'after-text': { learningRate: 1e-2, steps: 150, validateEvery: 10, tail: adapterTail } },
  ...biases,
}

export const bitfit: Method = {
  name: 'bitfit',
  family: 'adapter',
  placements: ['start'],
  settings: [all],
  recipes: { start: { learningRate: 5e-3, steps: 150, validateEvery: 25 } },
  ...biases,
}
