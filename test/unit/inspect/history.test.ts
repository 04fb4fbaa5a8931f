// A run's gradients in a few numbers, and rows chosen evenly.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evenly } from '../../../main/engine/inspect/evenly.ts'
import { gradientHistory } from '../../../main/engine/inspect/history.ts'

describe('the gradients of a run', () => {
  it('are given step by step where there are few steps, in means of stretches where there are many', () => {
    const steps = Array.from({ length: 6 }, (_, i) => ({ tokenNorms: [i, 10 * i] }))
    expect(gradientHistory(steps, 60)).toEqual([
      [0, 1, 2, 3, 4, 5],
      [0, 10, 20, 30, 40, 50],
    ])
    expect(gradientHistory(steps, 3)).toEqual([
      [0.5, 2.5, 4.5],
      [5, 25, 45],
    ])
  })

  it('leave out what is no number, and are none where nothing was measured', () => {
    const steps = [{ tokenNorms: [NaN] }, { tokenNorms: [4] }, { tokenNorms: [Infinity] }]
    expect(gradientHistory(steps, 1)).toEqual([[4]])
    expect(gradientHistory(steps, 3)).toEqual([[NaN, 4, NaN]])
    expect(gradientHistory([], 60)).toEqual([])
  })
})

describe('some of many', () => {
  it('are all where they fit the maximum, else that many, in order and each once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer()), fc.integer({ min: 1, max: 20 }), (items, max) => {
        const chosen = evenly(items, max)
        expect(chosen).toHaveLength(Math.min(items.length, max))
        expect(items.filter((item) => chosen.includes(item))).toEqual(chosen)
      }),
    )
    expect(evenly([0, 1, 2, 3, 4, 5, 6, 7], 4)).toEqual([0, 2, 4, 6])
  })
})
