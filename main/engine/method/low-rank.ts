// LoRA (Hu et al. 2021): low-rank updates of linear maps, on all tokens or on the tail alone (activated LoRA, Greenewald et
// al. 2025). On the tail the text's keys and values stay the base model's, so that they can be precomputed.
import { linearNames } from '../../contract/parts.ts'
import type { Tensor } from '../../contract/tensor.ts'
import { linearPlaces, placesWith, tensorName } from './linear-places.ts'
import { alpha, linears, rank } from './linear-settings.ts'
import { listOf, type Method, type MethodSettings, numberOf, tensorOf } from './method.ts'
import { adapterTail, tail } from './virtual-settings.ts'

/** PEFT's names. */
const [down, up] = ['lora_A', 'lora_B']

const all = linears(linearNames)

const scaleOf = (settings: MethodSettings): number => numberOf(settings, alpha) / numberOf(settings, rank)

/** What both have in common. */
const lowRank: Pick<Method, 'virtual' | 'updates' | 'tensors' | 'initialise' | 'attach' | 'fold'> = {
  virtual: () => ({ embeddings: 0, past: 0 }),
  updates: 'low-rank',

  tensors(config, settings) {
    const r = numberOf(settings, rank)
    return linearPlaces(config, listOf(settings, all)).flatMap((place) => [
      { name: tensorName(place, down), shape: [r, place.in], trainable: true },
      { name: tensorName(place, up), shape: [place.out, r], trainable: true },
    ])
  },

  // As PEFT begins: A as PyTorch's Linear, uniform within 1 / sqrt(in), and B zero, so that the start changes nothing.
  initialise({ config }, settings, { random }) {
    const start = this.tensors(config, settings).map(({ name, shape }): [string, Tensor] => {
      const [rows = 0, columns = 0] = shape
      const data = new Float32Array(rows * columns)
      const bound = 1 / Math.sqrt(columns)
      return [name, { shape, data: name.endsWith(down) ? data.map(() => (2 * random.next() - 1) * bound) : data }]
    })
    return Promise.resolve(Object.fromEntries(start))
  },

  attach(inputs, _, settings) {
    const [updated, scale] = [new Set(listOf(settings, all)), scaleOf(settings)]
    return {
      updates(layer, linear) {
        const place = { layer, linear }
        return updated.has(linear)
          ? { lowRank: { a: inputs(tensorName(place, down)), b: inputs(tensorName(place, up)), scale } }
          : undefined
      },
    }
  },

  fold: (tensors, settings) => ({
    updates: placesWith(tensors, down).map(({ layer, linear, tensor: a }) => ({
      layer,
      linear,
      lowRank: { a, b: tensorOf(tensors, tensorName({ layer, linear }, up)), scale: scaleOf(settings) },
    })),
  }),
}

export const tailLora: Method = {
  name: 'tail-lora',
  family: 'tail adapter',
  placements: ['after-text'],
  settings: [rank, alpha, all, tail],
  recipes: { 'after-text': { learningRate: 1e-3, steps: 150, validateEvery: 10, tail: adapterTail } },
  ...lowRank,
}

export const lora: Method = {
  name: 'lora',
  family: 'adapter',
  placements: ['start'],
  settings: [rank, alpha, all],
  recipes: { start: { learningRate: 1e-3, steps: 150, validateEvery: 25 } },
  ...lowRank,
}
