// AdamW over small named tensors, and norms of gradients.
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { adamW as kernel } from './optimisers/adamw.ts'

export interface AdamWSettings {
  readonly learningRate: number
  readonly weightDecay: number
  /** Factor of the gradient; 1 where absent. */
  readonly scale?: number
  /** Factors of the learning rate by the tensor's name; 1 where absent. */
  readonly rates?: ReadonlyMap<string, number>
}

/** The optimiser's state: the tensors, and the first and second moments of the trainable ones. */
export interface OptimiserState {
  readonly tensors: NamedTensors
  readonly first: NamedTensors
  readonly second: NamedTensors
}

export function startState(tensors: NamedTensors, trainable: readonly string[]): OptimiserState {
  const zeros = (): NamedTensors =>
    Object.fromEntries(
      trainable.flatMap((name) => {
        const tensor = tensors[name]
        return tensor ? [[name, { shape: tensor.shape, data: new Float32Array(tensor.data.length) }]] : []
      }),
    )
  return { tensors, first: zeros(), second: zeros() }
}

/**
 * The state after update number `step` (from 1), in new arrays: a checkpoint may hold the earlier ones. Error: RangeError
 * where a gradient is missing.
 */
export function adamW(
  state: OptimiserState,
  gradients: Readonly<Record<string, Float32Array>>,
  step: number,
  { learningRate, weightDecay, scale = 1, rates }: AdamWSettings,
): OptimiserState {
  const copied = (tensors: NamedTensors): Record<string, Tensor> =>
    Object.fromEntries(Object.keys(state.first).map((name) => [name, copyOf(tensors[name], name)]))
  const [tensors, first, second] = [copied(state.tensors), copied(state.first), copied(state.second)]
  for (const [name, { data }] of Object.entries(tensors)) {
    const [gradient, m, v] = [gradients[name], first[name], second[name]]
    if (!gradient || !m || !v) throw new RangeError(`no gradient for ${name}`)
    const rate = learningRate * (rates?.get(name) ?? 1)
    kernel.update(data, gradient, { first: m.data, second: v.data }, { step, learningRate: rate, weightDecay, scale })
  }
  return { tensors: { ...state.tensors, ...tensors }, first, second }
}

function copyOf(tensor: Tensor | undefined, name: string): Tensor {
  if (!tensor) throw new RangeError(`no tensor ${name}`)
  return { shape: tensor.shape, data: tensor.data.slice() }
}

/** L2 norms of the whole gradient, and of each virtual token's part. */
export interface GradientNorms {
  readonly all: number
  /** One norm for each virtual token; empty where no tensor's first dim is the virtual token. */
  readonly byToken: readonly number[]
}

/** `byToken`: names of the tensors whose first dim is the virtual token, `tokens` of them. */
export function gradientNorms(
  gradients: Readonly<Record<string, Float32Array>>,
  byToken: ReadonlySet<string>,
  tokens: number,
): GradientNorms {
  const squares = new Array<number>(byToken.size > 0 ? tokens : 0).fill(0)
  let others = 0
  for (const [name, gradient] of Object.entries(gradients)) {
    if (!byToken.has(name)) others += squareSum(gradient)
    else {
      const width = gradient.length / Math.max(1, tokens)
      for (const token of squares.keys())
        squares[token] = (squares[token] ?? 0) + squareSum(gradient.subarray(token * width, (token + 1) * width))
    }
  }
  const norms = squares.map(Math.sqrt)
  return { all: Math.hypot(...norms, Math.sqrt(others)), byToken: norms }
}

/** A plain loop: a gradient may have a hundred million elements. */
function squareSum(values: Float32Array): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2
  return sum
}

/** The factor that scales a gradient of that norm to a norm of at most `limit` (0 = no limit). */
export const clipFactor = (norm: number, limit: number): number => (limit > 0 && norm > limit ? limit / norm : 1)
