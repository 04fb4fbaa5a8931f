// Which precisions are tried before a run, and which one is chosen.
import { describe, expect, it } from 'vitest'
import type { PrecisionName } from '../../../../main/contract/model.ts'
import type { PreflightTrial } from '../../../../main/contract/service.ts'
import {
  type Attempt,
  becauseOf,
  type Choices,
  chooseTrial,
  cosine,
  nextToTry,
} from '../../../../main/service/runs/choose-precision.ts'

const cpu = { name: 'cpu', title: 'the CPU' }
const card = { name: 'webgpu', title: 'the graphics card (WebGPU)' }

const trial = (given: Partial<PreflightTrial> = {}): PreflightTrial => ({
  precision: 'float32',
  hardware: cpu,
  seconds: [90, 110],
  memory: 2e9,
  fits: true,
  agreement: undefined,
  ...given,
})
const int8 = (given: Partial<PreflightTrial> = {}): PreflightTrial =>
  trial({ precision: 'int8', seconds: [40, 60], memory: 1e9, agreement: 0.99, ...given })

const next = (tried: readonly PreflightTrial[], given: Partial<Choices> = {}) =>
  nextToTry(tried, { ready: ['float32'], accelerators: [], failed: [], ...given })
const onCpu = (precision: PrecisionName): Attempt => ({ precision, provider: 'cpu' })
const long = { seconds: [1000, 2000] } as const

describe('a pre-flight', () => {
  it('tries what lies ready, and prepares nothing for a short run that fits', () => {
    const ready = ['float32', 'int8'] as const
    expect(next([trial()], { ready })).toEqual(onCpu('int8'))
    expect(next([trial(), int8()], { ready })).toBeUndefined()
    expect(next([trial({ seconds: [10, 20] })])).toBeUndefined()
  })

  it('prepares 8 bits where the run is long, and something smaller where nothing fits', () => {
    expect(next([trial(long)])).toEqual(onCpu('int8'))
    expect(next([trial({ fits: false })])).toEqual(onCpu('int8'))
    expect(next([trial({ fits: false }), int8({ fits: false })])).toEqual(onCpu('as-stored'))
  })

  it('does not try again what failed', () => {
    const failed = [onCpu('int8')]
    expect(next([trial({ fits: false })], { failed })).toEqual(onCpu('as-stored'))
    expect(next([trial({ fits: false, ...long })], { failed: [...failed, onCpu('as-stored')] })).toBeUndefined()
  })

  it('tries other hardware behind all that, once, where the run is long', () => {
    const accelerators = ['webgpu']
    const onCard = { precision: 'float32', provider: 'webgpu' }
    expect(next([trial(long)], { accelerators })).toEqual(onCpu('int8'))
    expect(next([trial(long), int8(long)], { accelerators })).toEqual(onCard)
    expect(next([trial(long), int8(long), trial({ hardware: card })], { accelerators })).toBeUndefined()
    expect(
      next([trial(long), int8(long)], { accelerators, failed: [{ ...onCpu('float32'), provider: 'webgpu' }] }),
    ).toBe(undefined)
    expect(next([trial({ seconds: [10, 20] })], { accelerators })).toBeUndefined()
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

  it('is explained in a sentence with its figures, and not at all where there was none', () => {
    const trials = [trial(), int8()]
    expect(becauseOf(trials, chooseTrial(trials))).toBe(
      'int8 was chosen by measurement: float32 90 to 110 s, 2.0 GB; int8 40 to 60 s, 1.0 GB, gradient agreement 0.990.',
    )
    expect(becauseOf([trial()], trial())).toBe('')
    const faster = trial({ hardware: card, seconds: [9, 11], agreement: 1 })
    expect(becauseOf([trial(), faster], chooseTrial([trial(), faster]))).toBe(
      'float32 on the graphics card (WebGPU) was chosen by measurement: float32 90 to 110 s, 2.0 GB; ' +
        'float32 on the graphics card (WebGPU) 9 to 11 s, 2.0 GB, gradient agreement 1.000.',
    )
  })
})

it('a cosine is 1 for the same direction, -1 for the opposite, and 0 for nothing', () => {
  expect(cosine(Float32Array.of(1, 2), Float32Array.of(2, 4))).toBeCloseTo(1)
  expect(cosine(Float32Array.of(1, 2), Float32Array.of(-1, -2))).toBeCloseTo(-1)
  expect(cosine(Float32Array.of(1, 2), new Float32Array(2))).toBe(0)
})
