// Successive halving: what comes next follows from the runs alone, wherever a sweep was cut off.
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, rungsOf, type Standing, stepOf, stepsOf, survivorsOf } from '../../../main/engine/sweep/halving.ts'

const settings = { steps: 100, validateEvery: 10 }

/** A whole sweep: each configuration's accuracy is what `quality` says; `cut` may lose any run's last steps on the way. */
function play(quality: readonly number[], seeds: number, cut: (turn: number) => number = () => 0) {
  const shares = rungsOf(quality.length, true)
  const runs: Standing[] = Array.from({ length: seeds }, () => quality)
    .flat()
    .map((_, i) => ({ configuration: i % quality.length, settings, step: 0, state: 'open', validations: [] }))
  const paused: number[][] = quality.map(() => [])
  for (let turn = 0; turn < 1000; turn++) {
    const { next, rungs } = advance(runs, shares)
    if (!next) return { runs, rungs, paused, turns: turn }
    const run = runs[next.run] as Standing
    const step = Math.max(run.step, next.until - cut(turn))
    paused[run.configuration]?.push(step)
    const accuracy = quality[run.configuration] ?? 0
    const validations = Array.from({ length: Math.floor(step / 10) }, (_, i) => ({
      step: 10 * (i + 1),
      loss: 1 - accuracy,
      headline: 'accuracy' as const,
      metrics: { accuracy },
    }))
    runs[next.run] = { ...run, step, validations, state: step >= 100 ? 'ended' : 'open' }
  }
  throw new Error('it never ends')
}

describe('successive halving', () => {
  it('lets the better half go on at a quarter and at a half, and the rest no further', () => {
    const quality = [0.1, 0.9, 0.3, 0.8, 0.2, 0.7, 0.4, 0.6]
    const { paused, rungs } = play(quality, 1)
    expect(paused).toEqual([[30], [30, 50, 100], [30], [30, 50, 100], [30], [30, 50], [30], [30, 50]])
    expect(rungs).toEqual([0, 2, 0, 2, 0, 1, 0, 1])
  })

  it('runs a few configurations to their end, and any number where it is not wanted', () => {
    expect([rungsOf(3, true), rungsOf(12, false), rungsOf(4, true)]).toEqual([[1], [1], [0.25, 0.5, 1]])
    expect(survivorsOf(12, [0.25, 0.5, 1])).toEqual([12, 6, 3])
  })

  it('chooses the same ones however often it is cut off', () => {
    const quality = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 4, maxLength: 9 })
    fc.assert(
      fc.property(
        quality,
        fc.integer({ min: 1, max: 3 }),
        fc.array(fc.nat(29), { maxLength: 20 }),
        (some, seeds, cuts) => {
          const [whole, broken] = [play(some, seeds), play(some, seeds, (turn) => cuts[turn] ?? 0)]
          expect(broken.rungs).toEqual(whole.rungs)
          const best = some.indexOf(Math.max(...some))
          expect(whole.rungs[best]).toBe(2)
          expect(whole.runs.filter(({ state }) => state === 'ended')).toHaveLength(seeds * Math.ceil(some.length / 4))
        },
      ),
    )
  })

  it('leaves out what failed, and goes on with the others', () => {
    const run = (configuration: number, state: Standing['state']): Standing => {
      const validations = [{ step: 30, loss: configuration, headline: 'accuracy' as const, metrics: { accuracy: 0.5 } }]
      return { configuration, settings, step: state === 'open' ? 30 : 7, state, validations }
    }
    const runs = [run(0, 'failed'), run(1, 'open'), run(2, 'open'), run(3, 'open')]
    const { next, failed, rungs } = advance(runs, [0.25, 0.5, 1])
    // Of equal accuracies the lower losses count.
    expect({ next, failed, rungs }).toEqual({
      next: { run: 1, until: 50 },
      failed: [true, false, false, false],
      rungs: [0, 1, 1, 0],
    })
  })

  it('pauses behind a validation, and counts the steps of all', () => {
    expect([0.25, 0.5, 1].map((share) => stepOf({ steps: 150, validateEvery: 25 }, share))).toEqual([50, 75, 150])
    expect(stepOf({ steps: 10, validateEvery: 25 }, 0.25)).toBe(10)
    expect(stepOf({ steps: 40, validateEvery: 0 }, 0.25)).toBe(40)
    const runs = Array.from({ length: 4 }, (_, configuration) => ({ configuration, settings }))
    expect(stepsOf(runs, [0.25, 0.5, 1])).toBe(4 * 30 + 2 * 20 + 50)
    expect(stepsOf(runs, [1])).toBe(400)
  })
})
