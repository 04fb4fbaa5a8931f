// Prefix tuning with a projection (Li and Liang 2021) as PEFT's PrefixEncoder has it: P embeddings, whose network gives the
// keys and values of every layer. Only these are left once it is tuned.
import type { DecoderConfig } from '../../contract/model.ts'
import { elements, type Tensor } from '../../contract/tensor.ts'
import type { Node } from '../graph/node.ts'
import { reshape, slice } from '../graph/ops.ts'
import { dimAt } from '../graph/shape.ts'
import { type Network, networkNode, networkOutput, networkTensors, startNetwork } from './dense.ts'
import { type Method, type MethodSettings, numberOf, tensorOf } from './method.ts'
import { pastNode } from './past-node.ts'
import { encoderHidden, tail, tokens } from './virtual-settings.ts'

const network: Network = { name: 'transform', activation: 'tanh', layers: 2 }

const widthsOf = ({ layers, kvHeads, headDim }: DecoderConfig, settings: MethodSettings): number[] => {
  const size = kvHeads * headDim
  return [size, numberOf(settings, encoderHidden), layers * 2 * size]
}

const recipe = { learningRate: 1e-3, steps: 300, validateEvery: 25 }

export const prefixProjection: Method = {
  name: 'prefix-projection',
  family: 'soft prompt',
  placements: ['start', 'after-text'],
  settings: [tokens, encoderHidden, tail],
  recipes: { start: recipe, 'after-text': recipe },
  virtual: ({ tokens }) => ({ embeddings: 0, past: tokens }),

  // By heads, so that folding knows of them.
  tensors: (config, settings) => [
    { name: 'embedding', shape: [settings.tokens, config.kvHeads, config.headDim], trainable: true, byToken: true },
    ...networkTensors(network, widthsOf(config, settings)),
  ],

  // As PyTorch's Embedding begins: normal, of unit variance.
  initialise({ config }, settings, { random }) {
    const shape = [settings.tokens, config.kvHeads, config.headDim]
    const data = Float32Array.from({ length: elements(shape) }, () => random.normal())
    return Promise.resolve({
      embedding: { shape, data },
      ...startNetwork(network, widthsOf(config, settings), random),
    })
  },

  attach(inputs, { config: { kvHeads, headDim }, batch }) {
    const size = kvHeads * headDim
    const embedding = inputs('embedding')
    const tokens = dimAt(embedding.shape, 0)
    const all = networkNode(network, inputs, reshape(embedding, [tokens, size]))
    /** Part number `at` of the output: keys before values in each layer. */
    const part = (at: number): Node =>
      pastNode(reshape(slice(all, 1, at * size, (at + 1) * size), [tokens, kvHeads, headDim]), batch)
    return { past: (layer) => ({ keys: part(2 * layer), values: part(2 * layer + 1) }) }
  },

  fold(tensors) {
    const { shape, data } = tensorOf(tensors, 'embedding')
    const [tokens = 0, kvHeads = 0, headDim = 0] = shape
    const size = kvHeads * headDim
    const all = networkOutput(network, tensors, { shape: [tokens, size], data })
    const width = all.shape[1] ?? 0
    const part = (at: number): Tensor => {
      const own = new Float32Array(tokens * size)
      for (let p = 0; p < tokens; p++)
        own.set(all.data.subarray(p * width + at * size, p * width + (at + 1) * size), p * size)
      return { shape, data: own }
    }
    const layers = width / (2 * size)
    return { past: Array.from({ length: layers }, (_, l) => ({ keys: part(2 * l), values: part(2 * l + 1) })) }
  },
}
