// A throw-away method in one file, as an example: every value projection is multiplied by a trained factor for each of its
// outputs (as IA3 does for values, Liu et al. 2022).
import type { PlacedUpdate } from '../../../main/contract/parts.ts'
import type { Tensor } from '../../../main/contract/tensor.ts'
import type { Method } from '../../../main/engine/method/method.ts'
import { tail } from '../../../main/engine/method/virtual-settings.ts'

const nameOf = (layer: number): string => `value.${String(layer)}`

export const valueScale: Method = {
  name: 'value-scale',
  family: 'tail adapter',
  placements: ['after-text', 'start'],
  settings: [tail],
  recipes: { start: { learningRate: 2e-2, steps: 40, validateEvery: 10 } },
  virtual: () => ({ embeddings: 0, past: 0 }),
  updates: 'factors',

  tensors: ({ layers, kvHeads, headDim }) =>
    Array.from({ length: layers }, (_, layer) => ({
      name: nameOf(layer),
      shape: [kvHeads * headDim],
      trainable: true,
    })),

  initialise({ config }, settings) {
    const ones = ({ name, shape }: { readonly name: string; readonly shape: readonly number[] }): [string, Tensor] => [
      name,
      { shape, data: new Float32Array(shape[0] ?? 0).fill(1) },
    ]
    return Promise.resolve(Object.fromEntries(this.tensors(config, settings).map(ones)))
  },

  attach: (inputs) => ({
    updates: (layer, linear) => (linear === 'v_proj' ? { outputScale: inputs(nameOf(layer)) } : undefined),
  }),

  fold: (tensors) => ({
    updates: Object.values(tensors).map((outputScale, layer): PlacedUpdate => ({
      layer,
      linear: 'v_proj',
      outputScale,
    })),
  }),
}
