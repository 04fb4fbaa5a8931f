// Small fully connected networks that methods train before their parts, as graphs and in plain arithmetic.
import { elements, type NamedTensors, type Tensor } from '../../contract/tensor.ts'
import type { Node } from '../graph/node.ts'
import { add, matmul, relu, tanh } from '../graph/ops.ts'
import type { Random } from '../random.ts'
import { type TensorSpec, tensorOf } from './method.ts'

/** Layers one after the other, an activation between each two. */
export interface Network {
  readonly name: string
  readonly activation: 'relu' | 'tanh'
  readonly layers: number
}

/** Names of each layer's tensors, counted as PyTorch's Sequential counts layers and activations. */
const layersOf = ({ name, layers }: Network): { readonly weight: string; readonly bias: string }[] =>
  Array.from({ length: layers }, (_, i) => ({ weight: `${name}.${2 * i}.weight`, bias: `${name}.${2 * i}.bias` }))

/** weight [out, in] and bias [out] of each layer; `widths`: of the input, of each hidden layer, of the output. */
export const networkTensors = (network: Network, widths: readonly number[]): TensorSpec[] =>
  layersOf(network).flatMap(({ weight, bias }, i) => {
    const [width = 0, out = 0] = [widths[i], widths[i + 1]]
    return [
      { name: weight, shape: [out, width], trainable: true },
      { name: bias, shape: [out], trainable: true },
    ]
  })

/** Initialised like PyTorch's Linear: weights and biases uniform in +-1/sqrt(in). */
export function startNetwork(network: Network, widths: readonly number[], random: Random): NamedTensors {
  const uniform = (shape: readonly number[], limit: number): Tensor => ({
    shape,
    data: Float32Array.from({ length: elements(shape) }, () => limit * (2 * random.next() - 1)),
  })
  return Object.fromEntries(
    networkTensors(network, widths).map(({ name, shape }, i) => [
      name,
      uniform(shape, 1 / Math.sqrt(widths[Math.floor(i / 2)] ?? 1)),
    ]),
  )
}

/** x [rows, in] -> [rows, out]. */
export function networkNode(network: Network, inputs: (name: string) => Node, x: Node): Node {
  const activate = { relu, tanh }[network.activation]
  return layersOf(network).reduce(
    (at, { weight, bias }, i) =>
      add(matmul(i === 0 ? at : activate(at), inputs(weight), { transB: true }), inputs(bias)),
    x,
  )
}

/** The same map in plain arithmetic, for folding. */
export function networkOutput(network: Network, tensors: NamedTensors, x: Tensor): Tensor {
  const activate = { relu: (value: number) => Math.max(value, 0), tanh: Math.tanh }[network.activation]
  return layersOf(network).reduce((at, { weight, bias }, i) => {
    const input = i === 0 ? at.data : at.data.map(activate)
    return affine({ shape: at.shape, data: input }, tensorOf(tensors, weight), tensorOf(tensors, bias))
  }, x)
}

/** x [rows, in] weight' [in, out] + bias. */
function affine({ shape, data: x }: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const [rows = 0, width = 0] = shape
  const out = weight.shape[0] ?? 0
  const data = new Float32Array(rows * out)
  for (let row = 0; row < rows; row++)
    for (let o = 0; o < out; o++) {
      let sum = bias.data[o] ?? 0
      for (let i = 0; i < width; i++) sum += (x[row * width + i] as number) * (weight.data[o * width + i] as number)
      data[row * out + o] = sum
    }
  return { shape: [rows, out], data }
}
