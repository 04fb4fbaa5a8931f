// What a sweep's figures allow to say: intervals, places, and whether a setting mattered.
import { describe, expect, it } from 'vitest'
import { rankTogether, shareBand } from '../../../main/engine/sweep/bands.ts'
import { factorsOf, type Result } from '../../../main/engine/sweep/factors.ts'
import { studentQuantile, studentWithin } from '../../../main/engine/sweep/student.ts'
import { verdictOf } from '../../../main/engine/sweep/verdict.ts'

describe('Student’s t', () => {
  // scipy.stats.t.ppf(1 - (1 - p) / 2, freedom)
  it.each([
    [0.95, 1, 12.706204736],
    [0.95, 2, 4.3026527297],
    [0.95, 3, 3.1824463053],
    [0.95, 10, 2.228138852],
    [0.99, 7, 3.4994832974],
    [0.9833333333333333, 5, 3.5341107041],
  ])('of %f with %i degrees of freedom is SciPy’s', (probability, freedom, expected) => {
    expect(studentQuantile(probability, freedom)).toBeCloseTo(expected, 6)
    expect(studentWithin(expected, freedom)).toBeCloseTo(probability, 8)
  })

  it('needs a degree of freedom', () => {
    expect(studentQuantile(0.95, 0)).toBeNaN()
  })
})

describe('bands', () => {
  const grades = (right: number, rows: number): number[] =>
    Array.from({ length: rows }, (_, i) => Number((i * 7) % rows < right))

  it('put in order what differs on the same rows, and refuse where intervals overlap', () => {
    const found = rankTogether([[grades(80, 200)], [grades(170, 200)], [grades(166, 200).reverse()]])
    expect(found.map(({ rank }) => rank)).toEqual([
      [3, 3],
      [1, 2],
      [1, 2],
    ])
    const [low] = found
    expect(low?.band.mean).toBe(0.4)
    expect(low?.band.low).toBeGreaterThan(0.31)
    expect(low?.band.high).toBeLessThan(0.49)
  })

  it('are wider where seeds differ', () => {
    const alike = rankTogether([[grades(100, 200), grades(100, 200), grades(100, 200)]])[0]
    const apart = rankTogether([[grades(60, 200), grades(100, 200), grades(140, 200)]])[0]
    const width = (result: typeof alike): number => (result ? result.band.high - result.band.low : NaN)
    expect(width(apart)).toBeGreaterThan(1.5 * width(alike))
  })

  it('of shares are Wilson’s, or the seeds’ own spread where that is wider', () => {
    // statsmodels.stats.proportion.proportion_confint(45, 60, method='wilson')
    const { low, high } = shareBand([0.75], 60)
    expect([low, high].map((each) => each.toFixed(5))).toEqual(['0.62768', '0.84223'])
    // scipy.stats.t.interval(0.95, 2, loc=0.6, scale=0.1 / 3 ** 0.5)
    expect(shareBand([0.5, 0.6, 0.7], 1000).low).toBeCloseTo(0.351586, 5)
  })
})

describe('which setting mattered', () => {
  const vary = [
    { setting: 'tokens' as const, values: [8, 16, 32] },
    { setting: 'init' as const, values: ['text', 'random'] },
  ]
  const results = (gain: (tokens: number) => number): Result[] =>
    [8, 16, 32].flatMap((tokens) =>
      ['text', 'random'].flatMap((init) =>
        [0, 1].map((seed) => ({
          values: { tokens, init },
          seed,
          figure: 0.5 + gain(tokens) + (init === 'text' ? 0.02 : 0) * (seed === 0 ? 1 : -1) + 0.001 * seed,
        })),
      ),
    )

  it('is measured in pairs that differ in nothing else', () => {
    const [tokens, init] = factorsOf(
      vary,
      results((n) => n / 100),
      1000,
    )
    expect(tokens).toMatchObject({ matters: 'yes', pairs: 4 })
    expect(tokens?.values.map(({ value }) => value)).toEqual([32, 16, 8])
    expect(tokens?.difference).toBeCloseTo(0.24)
    expect(tokens?.sentence).toMatch(
      /^Virtual tokens mattered: 32 over 8, \+24 points \(95 % interval \+19 to \+29, 4 pairs/,
    )
    expect(init).toMatchObject({ matters: 'cannot tell', pairs: 6 })
    expect(init?.sentence).toContain('cannot tell')
  })

  it('is not said of two pairs that happen to differ alike on a few rows', () => {
    const graded = (right: number): number[] => Array.from({ length: 60 }, (_, i) => Number((i * 7) % 60 < right))
    const runs = (rows: (right: number) => Partial<Result>): Result[] =>
      [0, 1].flatMap((seed) =>
        [9, 7].map((right, i) => ({ values: { tokens: [2, 4][i] ?? 0 }, seed, figure: right / 60, ...rows(right) })),
      )
    const twoValues = [{ setting: 'tokens' as const, values: [2, 4] }]
    for (const rows of [() => ({}), (right: number) => ({ grades: graded(right) })]) {
      const [tokens] = factorsOf(twoValues, runs(rows), 60)
      expect(tokens).toMatchObject({ matters: 'cannot tell', pairs: 2 })
      expect(tokens?.low).toBeLessThan(0)
    }
  })

  it('is held to the rows where those are known: less is left to chance of rows that answer alike', () => {
    const graded = (from: number): number[] => Array.from({ length: 100 }, (_, i) => Number(i >= from))
    const runs = (rows: (from: number) => Partial<Result>): Result[] =>
      [0, 1, 2].flatMap((seed) =>
        [40, 52].map((from, i) => ({
          values: { tokens: [2, 4][i] ?? 0 },
          seed,
          figure: (100 - from) / 100,
          ...rows(from),
        })),
      )
    const twoValues = [{ setting: 'tokens' as const, values: [2, 4] }]
    expect(
      factorsOf(
        twoValues,
        runs(() => ({})),
        100,
      )[0]?.matters,
    ).toBe('cannot tell')
    expect(
      factorsOf(
        twoValues,
        runs((from) => ({ grades: graded(from) })),
        100,
      )[0]?.matters,
    ).toBe('yes')
  })

  it('is not said of one pair, nor of nothing', () => {
    const one = factorsOf(
      [{ setting: 'tokens', values: [8, 16] }],
      [
        { values: { tokens: 8 }, seed: 0, figure: 0.2 },
        { values: { tokens: 16 }, seed: 0, figure: 0.9 },
      ],
      100,
    )
    expect(one[0]).toMatchObject({ matters: 'cannot tell', pairs: 1 })
    expect(one[0]?.sentence).toContain('more seeds would tell')
    expect(factorsOf(vary, [], 100)[0]?.sentence).toBe('Virtual tokens: nothing to compare yet.')
  })
})

describe('the verdict on a sweep', () => {
  const one = (tokens: number, mean: number, rank: readonly [number, number]) => ({
    values: { tokens },
    test: { mean, low: mean - 0.03, high: mean + 0.03 },
    rank,
  })
  it('names the best, or says why it cannot', () => {
    const sure = [one(32, 0.9, [1, 1]), one(8, 0.7, [2, 2])]
    expect(verdictOf(sure, 500, 3)).toBe(
      'Best: virtual tokens 32 (90.0 % (95 % interval 87 to 93), 3 seeds, 500 test rows).',
    )
    const left = { values: { tokens: 1 }, test: undefined, rank: undefined }
    expect(verdictOf([...sure, left], 500, 1)).toMatch(/^Best of the 2 that finished: virtual tokens 32/)
    expect(verdictOf([one(32, 0.9, [1, 1]), left], 500, 1)).toMatch(
      /^Only one finished: virtual tokens 32 .* stopped early/,
    )
    const tied = [one(32, 0.9, [1, 2]), one(8, 0.89, [1, 2])]
    expect(verdictOf(tied, 500, 1)).toMatch(/^Cannot tell which is best: the intervals of all that finished overlap/)
    expect(verdictOf([{ values: {}, test: undefined, rank: undefined }], 500, 1)).toContain('none can be evaluated')
    expect(verdictOf([{ values: {}, test: { mean: 0.9, low: 0.88, high: 0.92 }, rank: [1, 1] }], 500, 3)).toBe(
      '90.0 % (95 % interval 88 to 92), 3 seeds, 500 test rows.',
    )
  })
})
