// Warnings about a gradient: reported once, when it is worth a warning.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { watchGradient } from '../../../main/engine/train/watch.ts'

/** The step (from 1) and kind of every alarm over a run of norms. */
function alarms(norms: readonly number[]): (readonly [number, string])[] {
  const watch = watchGradient()
  return norms.flatMap((norm, i) => {
    const alarm = watch(norm)
    return alarm ? [[i + 1, alarm.code] as const] : []
  })
}

const times = (count: number, norm: number): number[] => Array<number>(count).fill(norm)

describe('watching the gradient', () => {
  it('warns at the first jump beyond fifty times the usual, and not again', () => {
    expect(alarms([...times(20, 2), 101, 2, 500])).toEqual([[21, 'tuning/exploding']])
    expect(alarms([...times(20, 2), 99, 2])).toEqual([])
  })

  it('does not warn before it knows what is usual', () => {
    expect(alarms([...times(19, 1), 1000, ...times(30, 1)])).toEqual([])
  })

  it('takes a single large step as no new usual', () => {
    expect(alarms([...times(10, 1), 1e6, ...times(10, 1), 60])).toEqual([[22, 'tuning/exploding']])
  })

  it('warns when the gradient stays near zero for five steps, and not of a single one', () => {
    expect(alarms([...times(3, 1), ...times(9, 1e-9)])).toEqual([[8, 'tuning/vanishing']])
    expect(alarms([...times(4, 0), 1, ...times(4, 0), 1])).toEqual([])
  })

  it('calls no gradient exploding that is still next to nothing', () => {
    expect(alarms([...times(20, 0), 1e-9, 1e-8])).toEqual([[5, 'tuning/vanishing']])
    expect(alarms([...times(20, 1e-12), 1e-8, 1]).map(([, code]) => code)).toEqual([
      'tuning/vanishing',
      'tuning/exploding',
    ])
  })

  it('stays silent over any run within an order of magnitude, whatever its scale', () => {
    const runs = fc.array(fc.double({ min: 1, max: 10, noNaN: true }), { maxLength: 80 })
    fc.assert(
      fc.property(runs, fc.integer({ min: -6, max: 30 }), (norms, exponent) => {
        expect(alarms(norms.map((norm) => norm * 10 ** exponent))).toEqual([])
      }),
    )
  })
})
