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

/** The optimiser's state: the tensors, and the first and second moments of the trainable ones. Updates change their arrays. */
export interface OptimiserState {
  readonly tensors: NamedTensors
  readonly first: NamedTensors
  readonly second: NamedTensors
}

/** A state at step 0, with arrays of its own. */
export function startState(tensors: NamedTensors, trainable: readonly string[]): OptimiserState {
  const zeros = (): NamedTensors =>
    Object.fromEntries(
      trainable.flatMap((name) => {
        const tensor = tensors[name]
        return tensor ? [[name, { shape: tensor.shape, data: new Float32Array(tensor.data.length) }]] : []
      }),
    )
  return copyOfState({ tensors, first: zeros(), second: zeros() })
}

/** The state with arrays of its own, but for those of tensors that are not trained, which nothing changes. */
export function copyOfState({ tensors, first, second }: OptimiserState): OptimiserState {
  const copies = (some: NamedTensors): NamedTensors =>
    Object.fromEntries(
      Object.entries(some).map(([name, tensor]): [string, Tensor] => [
        name,
        first[name] ? { shape: tensor.shape, data: tensor.data.slice() } : tensor,
      ]),
    )
  return { tensors: copies(tensors), first: copies(first), second: copies(second) }
}

/**
 * Makes update number `step` (from 1), in place: new arrays in each step would cost a third of its time. Error: RangeError
 * where a gradient is missing.
 */
export function adamW(
  { tensors, first, second }: OptimiserState,
  gradients: Readonly<Record<string, Float32Array>>,
  step: number,
  { learningRate, weightDecay, scale = 1, rates }: AdamWSettings,
): void {
  for (const [name, { data: m }] of Object.entries(first)) {
    const [tensor, gradient, v] = [tensors[name], gradients[name], second[name]]
    if (!tensor || !gradient || !v) throw new RangeError(`no gradient for ${name}`)
    const rate = learningRate * (rates?.get(name) ?? 1)
    const update = { step, learningRate: rate, weightDecay, scale }
    kernel.update(tensor.data, gradient, { first: m, second: v.data }, update)
  }
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

/** In four sums, which do not wait for one another: a gradient may have a hundred million elements. */
function squareSum(values: Float32Array): number {
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = values.length - (values.length % 4)
  const square = (value: number): number => value * value
  for (let i = 0; i < whole; i += 4) {
    a += square(values[i] as number)
    b += square(values[i + 1] as number)
    c += square(values[i + 2] as number)
    d += square(values[i + 3] as number)
  }
  for (let i = whole; i < values.length; i++) a += square(values[i] as number)
  return a + b + c + d
}

/** The factor that scales a gradient of that norm to a norm of at most `limit` (0 = no limit). */
export const clipFactor = (norm: number, limit: number): number => (limit > 0 && norm > limit ? limit / norm : 1)
