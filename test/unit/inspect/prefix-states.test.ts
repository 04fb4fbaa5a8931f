// Sizes of a prefix's keys and values, in units of what they started from, layer by layer.
import { describe, expect, it } from 'vitest'
import { prefixStates } from '../../../main/engine/inspect/prefix-states.ts'

/** Two tokens of one head with two numbers; the second layer's scale is a hundred times the first's. */
const layer = (scale: number, delta: readonly number[]) => {
  const shape = [2, 1, 2]
  return {
    delta: { shape, data: Float32Array.from(delta) },
    init: { shape, data: Float32Array.from([3, 4, 0, 15], (value) => value * scale) },
    scale: { shape: [1], data: Float32Array.of(scale) },
  }
}

function tensors(delta: readonly number[]) {
  const named = [1, 100].flatMap((scale, l) =>
    ['keys', 'values'].flatMap((kind) => {
      const { delta: moved, init, scale: unit } = layer(scale, kind === 'keys' ? delta : [0, 0, 0, 0])
      const name = `${kind}.${String(l)}`
      return [
        [name, moved],
        [`${name}.init`, init],
        [`${name}.scale`, unit],
      ] as const
    }),
  )
  return Object.fromEntries(named)
}

describe('a prefix', () => {
  it('that has not moved is as large as the tokens it started from, each by itself', () => {
    // Norms 5 and 15, 10 on average.
    expect(prefixStates(tensors([0, 0, 0, 0]))).toEqual([
      { keys: 0.5, values: 0.5, moved: 0 },
      { keys: 1.5, values: 1.5, moved: 0 },
    ])
  })

  it('tells how far a token went, every layer counting alike', () => {
    const [first, second] = prefixStates(tensors([3, 4, 0, 0]))
    expect(first).toEqual({ keys: 1, values: 0.5, moved: 0.25 })
    expect(second).toEqual({ keys: 1.5, values: 1.5, moved: 0 })
  })
})
