// Verdicts against values worked out elsewhere, and what must be true of them whatever the answers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  gradedBootstrap,
  type GradedPair,
  mcNemar,
  type Pair,
  pairedBootstrap,
  verdictOf,
} from '../../../main/engine/evaluate/significance.ts'
import { createRandom } from '../../../main/engine/random.ts'

/** Rows of which so many were gained and lost; half of the rest are right for both. */
const pairs = (rows: number, gained: number, lost: number): Pair[] =>
  Array.from({ length: rows }, (_, i) => {
    if (i < gained) return { tuned: true, other: false }
    if (i < gained + lost) return { tuned: false, other: true }
    return i % 2 === 0 ? { tuned: true, other: true } : { tuned: false, other: false }
  })
/** The same answers as grades. */
const graded = (rows: number, gained: number, lost: number): GradedPair[] =>
  pairs(rows, gained, lost).map(({ tuned, other }) => ({ tuned: Number(tuned), other: Number(other) }))

const swapped = (some: readonly GradedPair[]): GradedPair[] =>
  some.map(({ tuned, other }) => ({ tuned: other, other: tuned }))

describe('exact McNemar', () => {
  // statsmodels 0.15.0, mcnemar(exact=True); 12 digits.
  it.each([
    [0, 0, 1],
    [0, 1, 1],
    [5, 0, 0.0625],
    [8, 5, 0.5810546875],
    [10, 3, 0.09228515625],
    [40, 25, 0.0816815339415],
    [60, 20, 8.58055986705e-6],
    [7, 7, 1],
    [600, 500, 0.00281954499144],
  ])('computes how likely %i gained and %i lost rows are by chance', (gained, lost, p) => {
    expect(mcNemar(pairs(1200, gained, lost))).toBeCloseTo(p, 11)
  })
})

describe('the paired bootstrap interval', () => {
  // Quantiles of 400,000 resamples with NumPy; neighbouring values lie one row apart.
  it.each([
    [300, 60, 20, 0.0767, 0.19],
    [100, 8, 5, -0.04, 0.1],
    [40, 3, 0, 0, 0.175],
  ])('of %i rows with %i gained and %i lost is that of plain resampling', (rows, gained, lost, low, high) => {
    const interval = pairedBootstrap(pairs(rows, gained, lost))
    expect(Math.abs(interval.low - low)).toBeLessThanOrEqual(1.01 / rows)
    expect(Math.abs(interval.high - high)).toBeLessThanOrEqual(1.01 / rows)
  })

  it('is the same for the same answers, and quick for many rows', () => {
    const many = pairs(100_000, 9000, 8000)
    const start = performance.now()
    const first = pairedBootstrap(many)
    expect(performance.now() - start).toBeLessThan(1000)
    expect(pairedBootstrap(many)).toEqual(first)
  })

  it('holds the true difference in about 95 of 100 studies', () => {
    const random = createRandom(5)
    let covered = 0
    for (let study = 0; study < 300; study++) {
      const rows = Array.from({ length: 200 }, () => {
        const at = random.next()
        return { tuned: at < 0.2 || at > 0.6, other: (at >= 0.2 && at < 0.3) || at > 0.6 }
      })
      const { low, high } = pairedBootstrap(rows, study)
      if (low <= 0.1 && 0.1 <= high) covered++
    }
    expect(covered / 300).toBeGreaterThan(0.91)
    expect(covered / 300).toBeLessThan(0.99)
  })
})

describe('a verdict', () => {
  it('says better, worse or cannot tell, with its figures in one sentence', () => {
    expect(verdictOf(graded(300, 140, 14)).sentence).toMatch(
      /^Better: \d+ % against \d+ % without a prompt, \+42 points \(95 % interval \+3\d to \+4\d, 300 rows\)\.$/,
    )
    expect(verdictOf(graded(300, 14, 140))).toMatchObject({ kind: 'worse', rows: 300 })
    const verdict = verdictOf(graded(300, 140, 14), 'hand-written prompt')
    expect(verdict.sentence).toContain('with the best hand-written prompt, +42 points')
    expect(verdictOf(graded(100, 8, 5)).sentence).toMatch(/^Cannot tell yet: .* About \d+ more test rows like these/)
  })

  // Connor's formula (1987) with scipy 1.17.1's quantiles, 5 % and 80 %.
  it.each([
    [100, 8, 5, 1032],
    [300, 40, 30, 1346],
    [60, 9, 4, 183],
  ])('on %i rows with %i gained and %i lost says how many more rows would decide', (rows, gained, lost, more) => {
    expect(verdictOf(graded(rows, gained, lost)).sentence).toContain(` About ${more} more test rows`)
  })

  it('never finds a difference where every answer is the same, nor on no rows at all', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (right) => {
        const verdict = verdictOf(right.map((each) => ({ tuned: Number(each), other: Number(each) })))
        expect(verdict).toMatchObject({ kind: 'cannot tell', difference: 0, low: 0, high: 0 })
      }),
      { numRuns: 30 },
    )
  })

  it('turns round when the two are swapped', () => {
    const opposite = { better: 'worse', worse: 'better', 'cannot tell': 'cannot tell' } as const
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 40 }), (gained, lost) => {
        // One or two rows from the edge, chance decides.
        fc.pre(Math.abs(mcNemar(pairs(100, gained, lost)) - 0.05) > 0.03)
        const verdict = verdictOf(graded(100, gained, lost))
        const other = verdictOf(swapped(graded(100, gained, lost)))
        expect(other.kind).toBe(opposite[verdict.kind])
        expect(other.difference).toBeCloseTo(-verdict.difference)
        expect(Math.abs(other.low + verdict.high)).toBeLessThanOrEqual(0.021)
      }),
      { numRuns: 40 },
    )
  })
})

describe('grades between right and wrong', () => {
  const half = (rows: number, gain: number): GradedPair[] =>
    Array.from({ length: rows }, (_, i) => ({
      tuned: 0.5 + gain + 0.1 * Math.sin(i),
      other: 0.5 + 0.1 * Math.cos(3 * i),
    }))

  it('have an interval around the mean difference, and the one of right and wrong where they are that', () => {
    const { low, high } = gradedBootstrap(half(200, 0.1))
    const { difference } = verdictOf(half(200, 0.1))
    expect(low).toBeLessThan(difference)
    expect(high).toBeGreaterThan(difference)
    // The standard error of a mean of 200 such differences, times 1.96.
    expect((high - low) / 2).toBeCloseTo(0.01395, 3)
    const [plain, drawn] = [pairedBootstrap(pairs(300, 60, 20)), gradedBootstrap(graded(300, 60, 20))]
    expect(drawn.low).toBeCloseTo(plain.low, 1.7)
    expect(drawn.high).toBeCloseTo(plain.high, 1.7)
  })

  it('give a verdict, or the rows that would', () => {
    expect(verdictOf(half(200, 0.1))).toMatchObject({ kind: 'better', rows: 200 })
    expect(verdictOf(half(200, -0.1)).kind).toBe('worse')
    expect(verdictOf(half(30, 0.004)).sentence).toMatch(/^Cannot tell yet: /)
  })
})
