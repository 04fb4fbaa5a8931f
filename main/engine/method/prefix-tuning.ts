// Prefix tuning (Li and Liang 2021) without a projection: keys and values of P virtual tokens in every layer.
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import type { Node } from '../graph/node.ts'
import { add, mul } from '../graph/ops.ts'
import { kvNames } from '../network/kv-names.ts'
import { type Method, type TensorSpec, tensorOf } from './method.ts'
import { pastNode } from './past-node.ts'
import { rootMeanSquare } from './statistics.ts'
import { init, tail, tokens } from './virtual-settings.ts'

/**
 * The trained tensor is a delta in units of each layer's own scale: key = init + scale * delta. Magnitudes of keys and
 * values differ by a factor of 100 between layers, so that one learning rate fits all layers only in these units.
 */
const namesOf = (name: string): { delta: string; init: string; scale: string } => ({
  delta: name,
  init: `${name}.init`,
  scale: `${name}.scale`,
})

export const prefixTuning: Method = {
  name: 'prefix-tuning',
  family: 'soft prompt',
  placements: ['start', 'after-text'],
  settings: [tokens, ...init, tail],
  // A prefix after the text learns within so few steps that validating seldom would keep a worse prompt.
  recipes: {
    'after-text': { learningRate: 5e-2, steps: 150, validateEvery: 10 },
    start: { learningRate: 3e-2, steps: 200, validateEvery: 25 },
  },
  virtual: ({ tokens }) => ({ embeddings: 0, past: tokens }),

  tensors(config, { tokens }) {
    const shape = [tokens, config.kvHeads, config.headDim]
    return kvNames(config.layers).flatMap((name): TensorSpec[] => {
      const { delta, init, scale } = namesOf(name)
      return [
        { name: delta, shape, trainable: true, byToken: true },
        { name: init, shape, trainable: false },
        { name: scale, shape: [1], trainable: false },
      ]
    })
  },

  async initialise(probe, { tokens }, { ids, init, random }) {
    const { kvHeads, headDim } = probe.config
    const shape = [tokens, kvHeads, headDim]
    const real = await probe.keysValues(ids)
    const tensors: Record<string, Tensor> = {}
    real.forEach(({ keys, values }, layer) => {
      for (const [name, data] of [
        [`keys.${layer}`, keys],
        [`values.${layer}`, values],
      ] as const) {
        const at = namesOf(name)
        const scale = rootMeanSquare(data)
        tensors[at.delta] = { shape, data: new Float32Array(data.length) }
        tensors[at.init] = { shape, data: init === 'random' ? data.map(() => random.normal() * scale) : data }
        tensors[at.scale] = { shape: [1], data: Float32Array.of(scale) }
      }
    })
    return tensors
  },

  attach(inputs, { batch }) {
    const past = (name: string): Node => {
      const { delta, init, scale } = namesOf(name)
      return pastNode(add(inputs(init), mul(inputs(scale), inputs(delta))), batch)
    }
    return { past: (layer) => ({ keys: past(`keys.${layer}`), values: past(`values.${layer}`) }) }
  },

  fold(tensors) {
    const layers = Object.keys(tensors).filter((name) => /^keys\.\d+$/.test(name)).length
    const past = Array.from({ length: layers }, (_, layer) => ({
      keys: folded(tensors, `keys.${layer}`),
      values: folded(tensors, `values.${layer}`),
    }))
    return { past }
  },
}

function folded(tensors: NamedTensors, name: string): Tensor {
  const at = namesOf(name)
  const [delta, init] = [tensorOf(tensors, at.delta), tensorOf(tensors, at.init)]
  const scale = tensorOf(tensors, at.scale).data[0] ?? 1
  // The product is rounded to float32 before the sum, as in the graph.
  const data = delta.data.map((value, i) => Math.fround(value * scale) + (init.data[i] ?? 0))
  return { shape: delta.shape, data }
}
