// AdamW (Loshchilov and Hutter 2019) over named tensors, as PyTorch computes it.
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'

export interface AdamWSettings {
  readonly learningRate: number
  readonly weightDecay: number
  readonly beta1?: number
  readonly beta2?: number
  readonly eps?: number
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

/** The state after update number `step` (from 1), in new arrays. Error: RangeError where a gradient is missing. */
export function adamW(
  state: OptimiserState,
  gradients: Readonly<Record<string, Float32Array>>,
  step: number,
  { learningRate: usualRate, weightDecay, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, rates }: AdamWSettings,
): OptimiserState {
  const tensors: Record<string, Tensor> = { ...state.tensors }
  const first: Record<string, Tensor> = {}
  const second: Record<string, Tensor> = {}
  const correction = Math.sqrt(1 - beta2 ** step)
  for (const [name, m] of Object.entries(state.first)) {
    const [tensor, v, gradient] = [state.tensors[name], state.second[name], gradients[name]]
    if (!tensor || !v || !gradient) throw new RangeError(`no gradient for ${name}`)
    const learningRate = usualRate * (rates?.get(name) ?? 1)
    const stepSize = learningRate / (1 - beta1 ** step)
    const [x, nextM, nextV] = [tensor.data.slice(), m.data.slice(), v.data.slice()]
    for (let i = 0; i < x.length; i++) {
      const g = gradient[i] as number
      const m1 = beta1 * (nextM[i] as number) + (1 - beta1) * g
      const v1 = beta2 * (nextV[i] as number) + (1 - beta2) * g * g
      nextM[i] = m1
      nextV[i] = v1
      x[i] = (x[i] as number) * (1 - learningRate * weightDecay) - (stepSize * m1) / (Math.sqrt(v1) / correction + eps)
    }
    tensors[name] = { shape: tensor.shape, data: x }
    first[name] = { shape: m.shape, data: nextM }
    second[name] = { shape: v.shape, data: nextV }
  }
  return { tensors, first, second }
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
    const width = gradient.length / Math.max(1, tokens)
    const isByToken = byToken.has(name)
    gradient.forEach((value, i) => {
      const token = Math.floor(i / width)
      if (isByToken) squares[token] = (squares[token] ?? 0) + value * value
      else others += value * value
    })
  }
  const norms = squares.map(Math.sqrt)
  return { all: Math.hypot(...norms, Math.sqrt(others)), byToken: norms }
}

/** Scales a gradient to a norm of at most `limit` (0 = no limit). */
export function clipped(
  gradients: Readonly<Record<string, Float32Array>>,
  norm: number,
  limit: number,
): Readonly<Record<string, Float32Array>> {
  if (limit <= 0 || !(norm > limit)) return gradients
  const factor = limit / norm
  return Object.fromEntries(
    Object.entries(gradients).map(([name, gradient]) => [name, gradient.map((value) => value * factor)]),
  )
}
