// What is told of a run before Start follows from what its few real steps took.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeasuredSteps } from '../../../main/contract/compute.ts'
import type { RunPlan } from '../../../main/contract/service.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { forecast } from '../../../main/service/forecast.ts'

const plan = (steps: number): RunPlan => ({
  settings: defaultSettings({ steps, validateEvery: 0 }),
  labels: ['a', 'b'],
  rows: { train: 100, validation: 0, heldOut: 0 },
})
const measured: MeasuredSteps = {
  start: 1000,
  steps: [900, 120, 100, 500, 60, 60, 60],
  longest: 3,
  scoreRow: 5,
  reading: 2000,
  memory: 2e9,
  gradient: new Float32Array(),
}

describe('a forecast', () => {
  it('holds the time between usual rows throughout and the longest rows throughout', () => {
    const { seconds } = forecast(plan(100), measured, 8e9)
    const once = 3
    expect(seconds[0]).toBeLessThan(once + 6)
    expect(seconds[0]).toBeGreaterThan(0.8 * (once + 6))
    expect(seconds[1]).toBeGreaterThan(once + 12)
    expect(seconds[1]).toBeLessThan(1.5 * (once + 12))
  })

  it('does not take the opening of a session for a step', () => {
    const calm = forecast(plan(1000), { ...measured, steps: [120, 120, 100, 60, 60, 60, 60] }, 8e9)
    expect(forecast(plan(1000), measured, 8e9).seconds).toEqual(calm.seconds)
  })

  it('says what to do where memory is short, and that a long run takes a while', () => {
    expect(forecast(plan(100), measured, 1e9)).toMatchObject({
      fits: false,
      advice: expect.stringContaining('smaller batch') as string,
    })
    expect(forecast(plan(100), measured, 8e9)).toMatchObject({
      fits: true,
      advice: expect.stringContaining('It fits') as string,
    })
    expect(forecast(plan(1e6), measured, 8e9).advice).toContain('a while')
  })

  it('is a range that grows with the steps, whatever was measured', () => {
    const ms = fc.double({ min: 0.1, max: 1e5, noNaN: true })
    fc.assert(
      fc.property(
        fc.array(ms, { minLength: 5, maxLength: 8 }),
        ms,
        fc.integer({ min: 1, max: 5000 }),
        (steps, start, n) => {
          const { seconds } = forecast(plan(n), { ...measured, steps, start }, 8e9)
          const more = forecast(plan(n + 1), { ...measured, steps, start }, 8e9).seconds
          expect(seconds[0]).toBeLessThanOrEqual(seconds[1])
          expect(more[0]).toBeGreaterThanOrEqual(seconds[0])
          expect(more[1]).toBeGreaterThanOrEqual(seconds[1])
        },
      ),
    )
  })
})
