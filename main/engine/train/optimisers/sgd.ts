// Stochastic gradient descent with momentum, as PyTorch computes it, but for the weight decay, which is decoupled.
import { floats, type Optimiser } from './optimiser.ts'

const momentum = 0.9

export const sgd: Optimiser = {
  // Adam divides each gradient by its own size; here its size counts, whose norm is clipped to 1.
  rate: 1000,
  start: (elements) => ({ momentum: new Float32Array(elements) }),
  bytes: (elements) => 4 * elements,
  update(tensor, gradient, memory, { learningRate, weightDecay, scale }) {
    const velocity = floats(memory, 'momentum')
    const keep = 1 - learningRate * weightDecay
    for (let i = 0; i < tensor.length; i++) {
      const v = momentum * (velocity[i] as number) + scale * (gradient[i] as number)
      velocity[i] = v
      tensor[i] = (tensor[i] as number) * keep - learningRate * v
    }
  },
}
