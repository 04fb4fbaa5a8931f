// Which precisions are tried before a run, and which one is chosen.
import { describe, expect, it } from 'vitest'
import type { PrecisionTrial } from '../../../main/contract/service.ts'
import { becauseOf, chooseTrial, cosine, nextToTry } from '../../../main/service/choose-precision.ts'

const trial = (given: Partial<PrecisionTrial> = {}): PrecisionTrial => ({
  precision: 'float32',
  seconds: [90, 110],
  memory: 2e9,
  fits: true,
  agreement: undefined,
  ...given,
})
const int8 = (given: Partial<PrecisionTrial> = {}): PrecisionTrial =>
  trial({ precision: 'int8', seconds: [40, 60], memory: 1e9, agreement: 0.99, ...given })

describe('a pre-flight', () => {
  it('tries what lies ready, and prepares nothing for a short run that fits', () => {
    expect(nextToTry([trial()], ['float32', 'int8'])).toBe('int8')
    expect(nextToTry([trial(), int8()], ['float32', 'int8'])).toBeUndefined()
    expect(nextToTry([trial({ seconds: [10, 20] })], ['float32'])).toBeUndefined()
  })

  it('prepares 8 bits where the run is long, and something smaller where nothing fits', () => {
    expect(nextToTry([trial({ seconds: [1000, 2000] })], ['float32'])).toBe('int8')
    expect(nextToTry([trial({ fits: false })], ['float32'])).toBe('int8')
    expect(nextToTry([trial({ fits: false }), int8({ fits: false })], ['float32'])).toBe('as-stored')
  })

  it('does not try again what failed', () => {
    expect(nextToTry([trial({ fits: false })], ['float32'], ['int8'])).toBe('as-stored')
    expect(nextToTry([trial({ fits: false })], ['float32'], ['int8', 'as-stored'])).toBeUndefined()
  })
})

describe('the choice', () => {
  it('is the fastest that fits and whose gradient agrees', () => {
    expect(chooseTrial([trial(), int8()]).precision).toBe('int8')
    expect(chooseTrial([trial(), int8({ agreement: 0.9 })]).precision).toBe('float32')
    expect(chooseTrial([trial(), int8({ fits: false })]).precision).toBe('float32')
  })

  it('stays with the first for a gain that measuring cannot tell', () => {
    expect(chooseTrial([trial(), int8({ seconds: [86, 104] })]).precision).toBe('float32')
  })

  it('is what needs the least memory where nothing fits', () => {
    expect(chooseTrial([trial({ fits: false }), int8({ fits: false })]).precision).toBe('int8')
  })

  it('is told in a sentence with its figures, and not at all where there was none', () => {
    const trials = [trial(), int8()]
    expect(becauseOf(trials, chooseTrial(trials))).toBe(
      'int8 was chosen by measuring: float32 90 to 110 s in 2.0 GB; int8 40 to 60 s in 1.0 GB, gradient 0.990 alike.',
    )
    expect(becauseOf([trial()], trial())).toBe('')
  })
})

it('a cosine is 1 for the same direction, -1 for the opposite, and 0 for nothing', () => {
  expect(cosine(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBeCloseTo(1)
  expect(cosine(Float32Array.of(1, 2), Float32Array.of(-1, -2))).toBeCloseTo(-1)
  expect(cosine(Float32Array.of(1, 2), new Float32Array(2))).toBe(0)
})
