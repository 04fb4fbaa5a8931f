// AdamW and clipping against PyTorch's own values.
import { describe, expect, it } from 'vitest'
import { adamW, clipFactor, gradientNorms, startState } from '../../../main/engine/train/optimiser.ts'

describe('AdamW', () => {
  it('takes PyTorch’s steps, with weight decay and a clipped gradient', () => {
    const gradients = [
      [1, -0.5, 0.25, 0],
      [0.5, 2, -1, 0.1],
      [-3, 1, 4, -0.2],
    ]
    // torch.optim.AdamW(lr=0.1, weight_decay=0.05) behind clip_grad_norm_(2.0).
    const expected = [
      [0.89500004, -1.88999999, 2.88500023, 0.4975],
      [0.79935455, -1.93362784, 2.92365289, 0.4205988],
      [0.79429686, -1.97755837, 2.87427664, 0.41844264],
    ]
    const state = startState({ x: { shape: [4], data: Float32Array.of(1, -2, 3, 0.5) } }, ['x'])
    gradients.forEach((gradient, i) => {
      const gradients = { x: Float32Array.from(gradient) }
      const scale = clipFactor(Math.hypot(...gradient), 2)
      adamW(state, gradients, i + 1, { learningRate: 0.1, weightDecay: 0.05, scale })
      state.tensors['x']?.data.forEach((value, at) => {
        expect(value).toBeCloseTo(expected[i]?.[at] ?? NaN, 5)
      })
    })
  })

  it('leaves what was given as it was', () => {
    const x = { shape: [1], data: Float32Array.of(1) }
    const state = startState({ x }, ['x'])
    adamW(state, { x: Float32Array.of(1) }, 1, { learningRate: 1, weightDecay: 0 })
    expect(x.data[0]).toBe(1)
    expect(state.tensors['x']?.data[0]).not.toBe(1)
  })
})

describe('the norm of a gradient', () => {
  it('is reported for each virtual token over all tensors', () => {
    const gradients = { a: Float32Array.of(3, 0, 0, 1), b: Float32Array.of(4, 0) }
    const { all, byToken } = gradientNorms(gradients, new Set(['a', 'b']), 2)
    expect(byToken).toEqual([5, 1])
    expect(all).toBeCloseTo(Math.sqrt(26), 12)
  })

  it('counts tensors that are no token’s, which have no share in the tokens’ norms', () => {
    const gradients = { a: Float32Array.of(3, 0, 0, 4), network: Float32Array.of(12, 0, 0) }
    expect(gradientNorms(gradients, new Set(['a']), 2)).toEqual({ all: 13, byToken: [3, 4] })
    expect(gradientNorms({ network: Float32Array.of(3, 4) }, new Set(), 0)).toEqual({ all: 5, byToken: [] })
  })

  it('is cut to the limit, and let be below it or without one', () => {
    expect([clipFactor(5, 1), clipFactor(5, 10), clipFactor(5, 0)]).toEqual([0.2, 1, 1])
  })
})
