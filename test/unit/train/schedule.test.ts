// The learning rate over a run against the schedules of transformers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ScheduleName } from '../../../main/contract/settings.ts'
import { learningRateAt } from '../../../main/engine/train/schedule.ts'

const steps = 12
/** What get_<name>_schedule_with_warmup(4 of 12 steps) gives at a rate of 1 behind the warm-up: steps 5 to 12. */
const theirs = {
  constant: [1, 1, 1, 1, 1, 1, 1, 1],
  linear: [1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125],
  cosine: [1, 0.9619398, 0.8535534, 0.6913417, 0.5, 0.3086583, 0.1464466, 0.0380602],
}
const names = Object.keys(theirs) as ScheduleName[]

const ratesOf = (schedule: ScheduleName, warmup: number, count = steps): number[] =>
  Array.from({ length: count }, (_, i) => learningRateAt(i + 1, { learningRate: 1, schedule, steps: count, warmup }))

describe('the learning rate', () => {
  it.each(names)('is that of transformers behind the warm-up: %s', (schedule) => {
    expect(ratesOf(schedule, 4).slice(4)).toEqual(theirs[schedule].map((rate) => expect.closeTo(rate, 6) as number))
  })

  it.each(names)('rises evenly before, and wastes no step at zero: %s', (schedule) => {
    expect(ratesOf(schedule, 4).slice(0, 5)).toEqual(
      [0.2, 0.4, 0.6, 0.8, 1].map((rate) => expect.closeTo(rate, 12) as number),
    )
  })

  it('starts at the full rate without a warm-up', () => {
    for (const schedule of names) expect(ratesOf(schedule, 0)[0]).toBe(1)
  })

  it('is above zero and at most the chosen rate at every step of any run', () => {
    const runs = fc.record({
      schedule: fc.constantFrom(...names),
      count: fc.integer({ min: 1, max: 300 }),
      warmup: fc.nat(400),
    })
    fc.assert(
      fc.property(runs, ({ schedule, count, warmup }) => {
        const rates = ratesOf(schedule, warmup, count)
        expect(Math.min(...rates)).toBeGreaterThan(0)
        expect(Math.max(...rates)).toBeLessThanOrEqual(1)
        const rising = rates.slice(0, warmup + 1)
        expect(rising).toEqual(rising.toSorted((a, b) => a - b))
        const falling = rates.slice(warmup)
        expect(falling).toEqual(falling.toSorted((a, b) => b - a))
      }),
    )
  })
})
