// Exact bounds of a share: SciPy's, and never broken more often than they say.
import { describe, expect, it } from 'vitest'
import { exactInterval, incompleteBeta, isBounded, upperBound } from '../../../main/engine/calibrate/exact-share.ts'
import { createRandom } from '../../../main/engine/random.ts'

describe('the incomplete beta function', () => {
  // scipy.special.betainc(a, b, x)
  it.each([
    [0.3, 2, 5, 0.5798250000000003],
    [0.9, 30, 4, 0.5769436641256929],
    [0.5, 0.5, 0.5, 0.5],
    [0.001, 1, 3000, 0.9502876060019637],
    [0.02, 100, 5000, 0.5921101639641997],
  ] as const)('at %d for %d and %d is SciPy’s', (x, a, b, expected) => {
    expect(incompleteBeta(x, a, b) / expected).toBeCloseTo(1, 9)
  })

  it('is 0 and 1 at its ends', () => {
    expect([incompleteBeta(0, 3, 4), incompleteBeta(1, 3, 4)]).toEqual([0, 1])
  })
})

describe('the bound of a share', () => {
  // scipy.stats.beta.ppf(level, wrong + 1, rows - wrong)
  it.each([
    [0, 10, 0.95, 0.2588655508930522],
    [3, 216, 0.95, 0.035503268476119954],
    [6, 212, 0.95, 0.05509285551624944],
    [10, 100, 0.975, 0.17622259774002266],
    [0, 1, 0.95, 0.95],
    [250, 1000, 0.99, 0.28331489738846233],
    [12, 20_000, 0.95, 0.0009719475858895715],
    [2.5, 80.5, 0.95, 0.08494275851221748],
  ] as const)('of %d wrong ones among %d at %d is SciPy’s', (wrong, rows, level, expected) => {
    expect(upperBound(wrong, rows, level)).toBeCloseTo(expected, 9)
    expect(isBounded(expected * 1.0001, wrong, rows, level)).toBe(true)
    expect(isBounded(expected * 0.9999, wrong, rows, level)).toBe(false)
  })

  it('is 1 where nothing is known, or all are wrong', () => {
    expect([upperBound(0, 0), upperBound(5, 5)]).toEqual([1, 1])
    expect(isBounded(0.999, 0, 0)).toBe(false)
  })

  it('has a share of 0 and of 1 at the ends of its interval', () => {
    expect(exactInterval(0, 40).low).toBe(0)
    expect(exactInterval(40, 40).high).toBe(1)
    // statsmodels.stats.proportion.proportion_confint(10, 100, method='beta')
    expect(exactInterval(10, 100).low).toBeCloseTo(0.0490047, 6)
    expect(exactInterval(10, 100).high).toBeCloseTo(0.1762226, 6)
  })

  it('holds in at least 95 of 100 samples', () => {
    const random = createRandom(1)
    for (const share of [0.01, 0.05, 0.2]) {
      let held = 0
      for (let sample = 0; sample < 2000; sample++) {
        let wrong = 0
        for (let i = 0; i < 80; i++) wrong += Number(random.next() < share)
        held += Number(upperBound(wrong, 80) >= share)
      }
      expect(held / 2000).toBeGreaterThan(0.94)
    }
  })
})
