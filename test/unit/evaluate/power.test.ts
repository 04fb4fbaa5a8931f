// The power of a verdict against verdicts on answers that are drawn, and against the asymptotic formula.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { powerOf, powerWith } from '../../../main/engine/evaluate/power.ts'
import { mcNemar, rowsToShow } from '../../../main/engine/evaluate/significance.ts'
import { createRandom } from '../../../main/engine/random.ts'

/** Share of drawn test sets on which the test finds the difference; one row in twenty is broken. */
function found(rows: number, difference: number, draws: number): number {
  const random = createRandom(rows)
  let significant = 0
  for (let draw = 0; draw < draws; draw++) {
    const pairs = Array.from({ length: rows }, () => {
      const at = random.next()
      return { tuned: at < difference + 0.05, other: at >= difference + 0.05 && at < difference + 0.1 }
    })
    const gained = pairs.filter(({ tuned }) => tuned).length
    if (gained > pairs.filter(({ other }) => other).length && mcNemar(pairs) < 0.05) significant++
  }
  return significant / draws
}

describe('power', () => {
  it.each([
    [8, 0.8],
    [30, 0.3],
    [100, 0.1],
    [100, 0.15],
    [300, 0.08],
  ])('of %i rows for a difference of %d is how often such rows show it', (rows, difference) => {
    const draws = 4000
    const expected = found(rows, difference, draws)
    const error = Math.sqrt((expected * (1 - expected)) / draws)
    expect(Math.abs(powerOf(rows, difference) - expected)).toBeLessThan(4 * error + 1e-3)
  })

  it('is a share, and grows with the difference', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 98 }), (rows, points) => {
        const [less, more] = [powerOf(rows, points / 100), powerOf(rows, (points + 1) / 100)]
        expect(less).toBeGreaterThanOrEqual(0)
        expect(more).toBeLessThanOrEqual(1 + 1e-9)
        expect(more).toBeGreaterThanOrEqual(less - 1e-9)
      }),
      { numRuns: 60 },
    )
  })

  it('names the smallest difference that is shown in four of five cases, and none where there is none', () => {
    for (const rows of [6, 8, 20, 30, 100, 500]) {
      const { smallest = NaN } = powerWith(rows)
      expect(powerOf(rows, smallest)).toBeGreaterThanOrEqual(0.8)
      expect(powerOf(rows, smallest - 0.01)).toBeLessThan(0.8)
    }
    // Five changed rows, all for the better, are not significant yet.
    for (const rows of [0, 1, 5]) expect(powerWith(rows).smallest).toBeUndefined()
    expect((powerWith(30).smallest ?? 0) < (powerWith(8).smallest ?? 0)).toBe(true)
  })

  it('asks for the rows of the asymptotic formula, and for few more', () => {
    const { needed, asked } = powerWith(30)
    expect(asked).toBe(0.1)
    const asymptotic = rowsToShow(0.1, 0.2)
    expect(needed).toBeGreaterThanOrEqual(asymptotic)
    expect(needed).toBeLessThan(1.15 * asymptotic)
    expect(powerWith(needed).smallest).toBeLessThanOrEqual(0.1)
  })
})
