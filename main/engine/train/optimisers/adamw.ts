// AdamW (Loshchilov and Hutter 2019), as PyTorch computes it.
import { floats, type Optimiser, type Update } from './optimiser.ts'

/** Decay rates of the moments, and what keeps the divisor from zero. */
export const adam = { beta1: 0.9, beta2: 0.999, eps: 1e-8 } as const

/** What one update multiplies the tensor by, and the factors of its two moments. */
export const adamFactors = ({ step, learningRate, weightDecay }: Update) => ({
  keep: 1 - learningRate * weightDecay,
  stepSize: learningRate / (1 - adam.beta1 ** step),
  correction: Math.sqrt(1 - adam.beta2 ** step),
})

export const adamW: Optimiser = {
  rate: 1,
  start: (elements) => ({ first: new Float32Array(elements), second: new Float32Array(elements) }),
  bytes: (elements) => 8 * elements,
  update(tensor, gradient, memory, update) {
    const [first, second] = [floats(memory, 'first'), floats(memory, 'second')]
    const { beta1, beta2, eps } = adam
    const { keep, stepSize, correction } = adamFactors(update)
    const { scale } = update
    // m / (sqrt(v) / correction + eps), with one division.
    const [factor, floor] = [stepSize * correction, eps * correction]
    for (let i = 0; i < tensor.length; i++) {
      const g = scale * (gradient[i] as number)
      const m = beta1 * (first[i] as number) + (1 - beta1) * g
      const v = beta2 * (second[i] as number) + (1 - beta2) * g * g
      first[i] = m
      second[i] = v
      tensor[i] = (tensor[i] as number) * keep - (factor * m) / (Math.sqrt(v) + floor)
    }
  },
}
