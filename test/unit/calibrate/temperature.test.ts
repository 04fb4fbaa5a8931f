// Temperature scaling: SciPy's minimum, bounded and honest where rows say little, and blind to the order of labels.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { judged, labelledScores, type LabelledScores, tempered } from '../../../main/engine/calibrate/scores.ts'
import { fitTemperature } from '../../../main/engine/calibrate/temperature.ts'
import { anyRows, drawnRows, knownRows, normalised } from './some-rows.ts'

const meanConfidence = (rows: readonly LabelledScores[], temperature: number): number =>
  judged(rows, temperature).reduce((sum, { confidence }) => sum + confidence, 0) / rows.length

/** Rows of two labels that are answered with a margin; `right`: whether rightly. */
const sure = (count: number, margin: number, right = true): LabelledScores[] =>
  Array.from({ length: count }, (_, i) => {
    const label = i % 2
    const scores = [0, 0]
    scores[right ? label : 1 - label] = margin
    return { logProbabilities: normalised(scores), label }
  })

describe('a temperature', () => {
  it('leaves the choice as it is, and the probabilities a distribution', () => {
    fc.assert(
      fc.property(anyRows, fc.double({ min: 0.05, max: 20, noNaN: true }), (rows, temperature) => {
        for (const { logProbabilities } of rows) {
          const found = tempered(logProbabilities, temperature)
          expect(found.reduce((sum, value) => sum + Math.exp(value), 0)).toBeCloseTo(1, 10)
          const top = Math.max(...found)
          expect(found[logProbabilities.indexOf(Math.max(...logProbabilities))]).toBe(top)
        }
      }),
    )
    const own = normalised([1, 2, 3])
    expect(tempered(own, 1)).toBe(own)
    expect(tempered([], 2)).toEqual([])
  })
})

it('rows that the model could not score are left out, and fit no temperature', () => {
  const of = (...logProbabilities: number[]) => ({ label: 'b', logProbabilities })
  const spoilt = [of(NaN, -1), of(-Infinity, -Infinity), of(Infinity, 0), of(-1)]
  const scored = [of(-1, -2), of(0, -Infinity)]
  expect(labelledScores([...spoilt, ...scored], ['a', 'b'])).toHaveLength(2)
  expect(fitTemperature([{ logProbabilities: [NaN, -1], label: 0 }, ...sure(20, 3)])).toBe(1)
})

describe('the fitted temperature', () => {
  it('is SciPy’s', () => {
    // scipy.optimize.minimize_scalar over the mean of logsumexp(b z) - b ((1 - e) z_label + e z_runner-up), e = 1 / 202.
    expect(fitTemperature(knownRows)).toBeCloseTo(1.59208691707862, 6)
  })

  it('finds how much too sure, or not sure enough, a prompt is', () => {
    for (const sharpness of [0.4, 1, 2.5]) {
      const found = fitTemperature(drawnRows(20_000, sharpness, 3))
      expect(found / sharpness).toBeGreaterThan(0.95)
      expect(found / sharpness).toBeLessThan(1.05)
    }
  })

  it('is bounded whatever the rows, and the same for labels in any order', () => {
    fc.assert(
      fc.property(anyRows, fc.integer(), (rows, seed) => {
        const found = fitTemperature(rows)
        expect(found).toBeGreaterThanOrEqual(1 / 20)
        expect(found).toBeLessThanOrEqual(20)
        const labels = rows[0]?.logProbabilities.length ?? 0
        const order = Array.from({ length: labels }, (_, i) => i).sort(
          (a, b) => Math.sin(seed + 7 * a) - Math.sin(seed + 7 * b),
        )
        const shuffled = rows.map(({ logProbabilities, label }) => ({
          logProbabilities: order.map((from) => logProbabilities[from] ?? NaN),
          label: order.indexOf(label),
        }))
        expect(fitTemperature(shuffled) / found).toBeCloseTo(1, 6)
      }),
    )
  })

  it('is not certain of what a few rows answer rightly: n of n count as n + 1 of n + 2', () => {
    for (const rows of [1, 5, 40, 300])
      for (const margin of [0.5, 3, 12]) {
        const found = fitTemperature(sure(rows, margin))
        const expected = Math.min((rows + 1) / (rows + 2), 1 / (1 + Math.exp(-20 * margin)))
        expect(meanConfidence(sure(rows, margin), found)).toBeCloseTo(expected, 6)
      }
  })

  it('of answers that are wrong is as high as it may be, and of none or one label alone 1', () => {
    expect(fitTemperature(sure(50, 6, false))).toBe(20)
    expect(fitTemperature([])).toBe(1)
    expect(fitTemperature([{ logProbabilities: [0], label: 0 }])).toBe(1)
    expect(fitTemperature([{ logProbabilities: normalised([2, 2, 2]), label: 1 }])).toBe(1)
  })

  it('bears labels that a prompt rules out', () => {
    const rows = [
      ...sure(20, 4).map((row) => ({ ...row, logProbabilities: [...row.logProbabilities, -Infinity] })),
      { logProbabilities: [Math.log(0.5), Math.log(0.5), -Infinity], label: 2 },
    ]
    expect(fitTemperature(rows)).toBeGreaterThan(1)
    expect(fitTemperature(rows)).toBeLessThanOrEqual(20)
  })
})
