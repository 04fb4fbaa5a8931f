// IA3 (Liu et al. 2022): a trained factor for each output of a linear map, or for each input of the feed-forward's last one;
// on all tokens or on the tail alone.
import type { LinearName, PlacedUpdate } from '../../contract/parts.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { linearPlaces, placesWith, tensorName } from './linear-places.ts'
import { linears } from './linear-settings.ts'
import { listOf, type Method } from './method.ts'
import { adapterTail, tail } from './virtual-settings.ts'

/** PEFT's name. */
const factors = 'ia3_l'

/** PEFT's "feedforward modules": the linear maps whose inputs are multiplied. */
export const scalesInput = (linear: LinearName): boolean => linear === 'down_proj'

type Shared = Pick<Method, 'virtual' | 'updates' | 'tensors' | 'initialise' | 'attach' | 'fold'>

const ia3Of = (spec: ReturnType<typeof linears>): Shared => ({
  virtual: () => ({ embeddings: 0, past: 0 }),
  updates: 'factors',

  tensors: (config, settings) =>
    linearPlaces(config, listOf(settings, spec)).map((place) => ({
      name: tensorName(place, factors),
      shape: [scalesInput(place.linear) ? place.in : place.out],
      trainable: true,
    })),

  initialise({ config }, settings) {
    const ones = this.tensors(config, settings).map(({ name, shape }): [string, Tensor] => [
      name,
      { shape, data: new Float32Array(shape[0] ?? 0).fill(1) },
    ])
    return Promise.resolve(Object.fromEntries(ones))
  },

  attach(inputs, _, settings) {
    const scaled = new Set(listOf(settings, spec))
    return {
      updates(layer, linear) {
        if (!scaled.has(linear)) return undefined
        const vector = inputs(tensorName({ layer, linear }, factors))
        return scalesInput(linear) ? { inputScale: vector } : { outputScale: vector }
      },
    }
  },

  fold: (tensors) => ({
    updates: placesWith(tensors, factors).map(({ layer, linear, tensor }): PlacedUpdate => ({
      layer,
      linear,
      ...(scalesInput(linear) ? { inputScale: tensor } : { outputScale: tensor }),
    })),
  }),
})

const tailLinears = linears(['q_proj', 'k_proj', 'v_proj', 'o_proj', 'up_proj', 'down_proj'])

export const tailIa3: Method = {
  name: 'tail-ia3',
  family: 'tail adapter',
  placements: ['after-text'],
  settings: [tailLinears, tail],
  recipes: { 'after-text': { learningRate: 2e-2, steps: 150, validateEvery: 10, tail: adapterTail } },
  ...ia3Of(tailLinears),
}

/** PEFT's choice for Llama and its relatives. */
const usualLinears = linears(['k_proj', 'v_proj', 'down_proj'])

export const ia3: Method = {
  name: 'ia3',
  family: 'adapter',
  placements: ['start'],
  settings: [usualLinears],
  recipes: { start: { learningRate: 1e-2, steps: 150, validateEvery: 25 } },
  ...ia3Of(usualLinears),
}
