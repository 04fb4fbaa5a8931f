// The middle of numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { median } from '../../main/engine/statistics.ts'

describe('the median', () => {
  it('is the middle one, or the mean of the two in the middle, in whatever order', () => {
    expect(median([9, 1, 4])).toBe(4)
    expect(median([9, 1, 4, 2])).toBe(3)
    expect(median([])).toBe(0)
  })

  it('has as many numbers below it as above it', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 1 }), (values) => {
        const middle = median(values)
        const below = values.filter((each) => each < middle).length
        expect(below).toBeLessThanOrEqual(values.length / 2)
        expect(values.filter((each) => each > middle).length).toBeLessThanOrEqual(values.length / 2)
      }),
    )
  })
})
