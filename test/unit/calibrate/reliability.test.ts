// Calibration error and Brier score against NumPy, with intervals that hold what they say.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  brierScore,
  calibrationErrorOf,
  errorByMass,
  errorByWidth,
  reliabilityOf,
} from '../../../main/engine/calibrate/reliability.ts'
import { judged } from '../../../main/engine/calibrate/scores.ts'
import { fitTemperature } from '../../../main/engine/calibrate/temperature.ts'
import { anyRows, drawnRows, knownRows, normalised } from './some-rows.ts'

describe('the figures of a calibration', () => {
  // NumPy: 10 bins of 20 rows each by rising confidence; 15 bins by floor(15 * confidence).
  it.each([
    [1, 0.1451083793665715, 0.1388811452475802, 0.46935772343671656],
    [1.59208691707862, 0.17796979901126161, 0.17273863009482476, 0.48683199932288873],
  ] as const)('at temperature %d are NumPy’s', (temperature, error, errorByWidth, brier) => {
    const found = reliabilityOf([{ rows: knownRows, temperature }])
    expect(found.error.value).toBeCloseTo(error, 9)
    expect(found.errorByWidth.value).toBeCloseTo(errorByWidth, 9)
    expect(found.brier.value).toBeCloseTo(brier, 9)
    expect(found.bins.map(({ rows }) => rows)).toEqual(Array<number>(10).fill(20))
  })

  it('lie in their intervals, and those in the range that they can have', () => {
    fc.assert(
      fc.property(anyRows, fc.double({ min: 0.1, max: 10, noNaN: true }), (rows, temperature) => {
        const { error, errorByWidth, brier, bins } = reliabilityOf([{ rows, temperature }])
        for (const [{ value, low, high }, most] of [
          [error, 1],
          [errorByWidth, 1],
          [brier, 2],
        ] as const) {
          expect(low).toBeGreaterThanOrEqual(0)
          expect(low).toBeLessThanOrEqual(value)
          expect(high).toBeGreaterThanOrEqual(value)
          expect(high).toBeLessThanOrEqual(most + 1e-9)
        }
        expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length)
        for (const { right, rows, low, high } of bins) {
          expect(low).toBeLessThanOrEqual(right / rows)
          expect(high).toBeGreaterThanOrEqual(right / rows)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('are those of all rows where some are at another temperature', () => {
    const [some, others] = [knownRows.slice(0, 80), knownRows.slice(80)]
    const whole = reliabilityOf([{ rows: knownRows, temperature: 2 }])
    const parts = reliabilityOf([some, others].map((rows) => ({ rows, temperature: 2 })))
    expect(parts.error.value).toBeCloseTo(whole.error.value, 12)
    expect(parts.brier.value).toBeCloseTo(whole.brier.value, 12)
  })

  it('fall where a prompt that was too sure is calibrated, on rows that had no part in it', () => {
    const temperature = fitTemperature(drawnRows(200, 2.5, 1))
    const tested = drawnRows(1000, 2.5, 2)
    const [before, after] = [1, temperature].map((each) => reliabilityOf([{ rows: tested, temperature: each }]))
    expect(before?.error.value).toBeGreaterThan(0.08)
    expect(after?.error.high).toBeLessThan(before?.error.low ?? 0)
    expect(after?.error.value).toBeLessThan(0.05)
    expect(after?.brier.value).toBeLessThan(before?.brier.value ?? 0)
  })
})

it('a calibration error counts a row as often as it was drawn, in whichever bins', () => {
  const answers = judged(knownRows.slice(0, 40), 1).sort((a, b) => a.confidence - b.confidence)
  const twice = answers.flatMap((answer) => [answer, answer])
  const ones = new Uint32Array(80).fill(1)
  const twos = new Uint32Array(40).fill(2)
  expect(errorByMass(answers, twos, 4)).toBeCloseTo(errorByMass(twice, ones, 4), 12)
  expect(errorByWidth(answers, twos)).toBeCloseTo(errorByWidth(twice, ones), 12)
  expect(errorByMass([], [], 1)).toBe(0)
})

it('rows that are equally sure are in one bin, in whatever order they come', () => {
  // 80 of 100 are right, and each says 80 %: nothing is wrong with that.
  const right = normalised([Math.log(0.8), Math.log(0.2)])
  const rows = Array.from({ length: 100 }, (_, i) => ({ logProbabilities: right, label: i < 80 ? 0 : 1 }))
  const { error, bins } = reliabilityOf([{ rows, temperature: 1 }])
  expect(error.value).toBeCloseTo(0, 9)
  expect(bins).toMatchObject([{ rows: 100, right: 80 }])
})

it('an error says what chance alone makes of it: as much as rows show whose probabilities are exactly right', () => {
  for (const rows of [60, 500]) {
    const found = Array.from({ length: 16 }, (_, seed) =>
      calibrationErrorOf([{ rows: drawnRows(rows, 1, seed + 1), temperature: 1 }]),
    )
    const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
    const chance = mean(found.map((each) => each.chance))
    expect(mean(found.map(({ value }) => value)) / chance).toBeGreaterThan(0.8)
    expect(mean(found.map(({ value }) => value)) / chance).toBeLessThan(1.2)
    expect(chance).toBeGreaterThan(rows === 60 ? 0.05 : 0.02)
  }
  expect(reliabilityOf([]).error.chance).toBe(0)
})

it('a Brier score is 0 for certainty that is right, and 2 where it is wrong', () => {
  expect(brierScore({ logProbabilities: [0, -Infinity], label: 0 }, 1)).toBe(0)
  expect(brierScore({ logProbabilities: [0, -Infinity], label: 1 }, 1)).toBe(2)
  expect(brierScore({ logProbabilities: [Math.log(0.5), Math.log(0.5)], label: 1 }, 1)).toBeCloseTo(0.5, 12)
})
