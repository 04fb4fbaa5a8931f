// Sizes of a prefix's keys and values, in units of what they started from, layer by layer.
import { describe, expect, it } from 'vitest'
import type { PastTensors } from '../../../main/contract/parts.ts'
import { prefixStates } from '../../../main/engine/inspect/prefix-states.ts'

/** Two tokens of one head with two numbers; the second layer's scale is a hundred times the first's. */
const layer = (scale: number, delta: readonly number[]) => {
  const shape = [2, 1, 2]
  const data = Float32Array.from([3, 4, 0, 15], (value, i) => scale * (value + (delta[i] ?? 0)))
  return { shape, data }
}

/** Keys and values of two layers whose scales differ by a hundred times; only keys move. */
function past(delta: readonly number[]): PastTensors[] {
  return [1, 100].map((scale) => ({ keys: layer(scale, delta), values: layer(scale, [0, 0, 0, 0]) }))
}

const start = past([0, 0, 0, 0])

describe('a prefix', () => {
  it('that has not moved is as large as the tokens it started from, each by itself', () => {
    // Norms 5 and 15, 10 on average.
    expect(prefixStates(start, start)).toEqual([
      { keys: 0.5, values: 0.5, moved: 0 },
      { keys: 1.5, values: 1.5, moved: 0 },
    ])
  })

  it('measures how far a token moved, every layer counting alike', () => {
    const [first, second] = prefixStates(past([3, 4, 0, 0]), start)
    expect(first).toEqual({ keys: 1, values: 0.5, moved: 0.25 })
    expect(second).toEqual({ keys: 1.5, values: 1.5, moved: 0 })
  })
})
