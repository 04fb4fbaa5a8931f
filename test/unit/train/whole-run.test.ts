// From some timed steps and answers to the time of a whole run.
import { describe, expect, it } from 'vitest'
import type { TuneSettings } from '../../../main/contract/settings.ts'
import { defaultSettings } from '../../../main/engine/train/defaults.ts'
import { type Measurements, wholeRun } from '../../../main/engine/train/whole-run.ts'

/** Usual steps have 100 tokens and take 10 ms, the longest 200 and 18; the run opens three sessions of 7 ms each. */
const measured: Measurements = {
  longest: { steps: [30, 18], step: 18 },
  usual: { start: 500, steps: [17, 10], step: 10, opening: 7, precomputeRow: 2, scoreRow: 5 },
  answers: { row: 3, plainRow: 4, opening: 0, peakBytes: 0 },
  expected: {
    run: { tokens: 150, openings: 3 },
    longest: { tokens: 200, openings: 1 },
    usual: { tokens: 100, openings: 1 },
  },
  validationRows: 4,
  textsToCompute: 40,
}

/** Forty steps. */
const whole = (given: Partial<TuneSettings> = {}, other: Partial<Measurements> = {}) =>
  wholeRun(defaultSettings({ steps: 40, ...given }), { ...measured, ...other })

describe('a whole run', () => {
  it('opens all its sessions, computes what is left of its texts, and takes steps between usual and longest ones', () => {
    expect(whole()).toEqual({
      start: 500,
      steps: [30, 18, 17, 10],
      step: 14,
      opening: 3 * 7,
      scoreRow: 3,
      answerRow: 3,
      plainRow: 4,
      precompute: 2 * 40,
      precomputeRow: 2,
    })
  })

  it('validates by its loss where that is not of the labels', () => {
    expect(whole({ loss: 'vocabulary' }).scoreRow).toBe(5)
  })

  it.each([
    ['shorter than usual ones', 50, 6],
    ['much shorter: half of a usual step at least', 1, 5],
    ['much longer: twice the longest step at most', 1000, 36],
  ])('has steps that are %s', (_, tokens, step) => {
    const { longest, usual } = measured.expected
    expect(whole({}, { expected: { run: { tokens, openings: 3 }, longest, usual } }).step).toBe(step)
  })

  it('predicts from usual steps where the longest were not measured: as long as these, or no slower', () => {
    const expected = { ...measured.expected, longest: { tokens: 109, openings: 1 } }
    expect(whole({}, { expected }).step).toBe(10)
    expect(whole({}, { longest: { steps: [30, 9], step: 9 } }).step).toBe(10)
  })

  // A validation before the first step and one behind every tenth; steps behind all but the last open their session again.
  it.each<[Partial<TuneSettings>, sessions: number, again: number]>([
    [{}, 5, 3],
    [{ loss: 'vocabulary' }, 10, 3],
    [{ loss: 'vocabulary', task: 'generation' }, 5, 3],
    [{ validateEvery: 0 }, 2, 0],
  ])('opens sessions for each validation with little memory: %j', (given, sessions, again) => {
    const answers = { row: 3, plainRow: 4, opening: 1000, peakBytes: 0 }
    const { opening, scoreRow } = whole({ memory: 'low', validateEvery: 10, ...given }, { answers })
    expect(opening).toBe(sessions * 1000 + (3 + again) * 7)
    // More opening time is subtracted than a validation took: a row whose label is scored counts as an answer at least.
    expect(scoreRow).toBe(given.task === 'generation' ? 0 : 3)
  })
})
