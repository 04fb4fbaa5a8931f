// The learning curve: errors that fall by a power of the rows are continued, and the band is that of the test rows' chance.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { extrapolate } from '../../../main/engine/advise/learning-curve.ts'

const at = (a: number, b: number) => (rows: number) => ({ rows, wrong: a * rows ** -b })

describe('a learning curve', () => {
  it('continues a power law exactly', () => {
    const law = at(2, 0.4)
    const { gain } = extrapolate([100, 200, 400].map(law), 200, 1e9)
    expect(gain).toBeCloseTo(law(400).wrong - law(600).wrong, 6)
  })

  it('has a band that holds its gain, and shrinks with more test rows', () => {
    const points = [100, 200, 400].map(at(2, 0.4))
    const [few, many] = [100, 10_000].map((tested) => extrapolate(points, 200, tested))
    for (const one of [few, many]) {
      expect(one?.low).toBeLessThanOrEqual(one?.gain ?? 0)
      expect(one?.high).toBeGreaterThanOrEqual(one?.gain ?? 1)
    }
    const width = (one: typeof few): number => (one?.high ?? 0) - (one?.low ?? 0)
    expect(width(many)).toBeLessThan(width(few) / 5)
  })

  it('promises between nothing and all that is wrong, whatever the figures', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(share, share, share, fc.integer({ min: 1, max: 1000 }), (a, b, c, tested) => {
        const points = [10, 20, 40].map((rows, i) => ({ rows, wrong: [a, b, c][i] ?? 0 }))
        const { gain, low, high } = extrapolate(points, 200, tested)
        for (const value of [gain, low, high]) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1)
        }
      }),
      { numRuns: 20 },
    )
  })
})
