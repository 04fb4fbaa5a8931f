// The forecast of a run follows from the time and memory of its few real steps.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MeasuredSteps } from '../../../../main/contract/compute.ts'
import type { RunPlan } from '../../../../main/contract/service.ts'
import { defaultSettings } from '../../../../main/engine/train/defaults.ts'
import { forecast } from '../../../../main/service/runs/forecast.ts'

const labels = ['billing', 'delivery']
const plan = (steps: number): Pick<RunPlan, 'settings' | 'labels' | 'rows'> => ({
  settings: defaultSettings({ steps, validateEvery: 0, duel: false }),
  labels,
  rows: { train: 100, validation: 0, test: 0 },
})
const measured: MeasuredSteps = {
  start: 1000,
  steps: [900, 100, 500, 60, 60, 60],
  step: 70,
  opening: 1500,
  scoreRow: 5,
  answerRow: 5,
  plainRow: 12,
  precompute: 2000,
  precomputeRow: 15,
  memory: 2e9,
  gradient: new Float32Array(),
}

const middle = ({ seconds: [a, b] }: { seconds: readonly [number, number] }): number => (a + b) / 2

describe('a forecast', () => {
  it('holds what comes around the steps, and the steps, in a range of a fifth around them', () => {
    const { seconds } = forecast(plan(100), measured, 8e9)
    // Measuring the prompt at the end opens sessions again and reads 32 texts.
    const whole = 1 + 2 + 1.5 + 100 * 0.07 + 0.5 + 32 * 0.015
    expect(seconds[0]).toBeGreaterThan(0.75 * whole)
    expect(seconds[0]).toBeLessThan(whole)
    expect(seconds[1]).toBeGreaterThan(whole)
    expect(seconds[1]).toBeLessThan(1.3 * whole)
  })

  it('counts every validation, and the evaluation with and without the prompt', () => {
    const rows = { train: 100, validation: 40, test: 60 }
    const evaluated = { ...plan(100), rows }
    const more = middle(forecast(evaluated, measured, 8e9)) - middle(forecast(plan(100), measured, 8e9))
    // Two validations, and the calibration. The KV precompute of texts before a prefix serves both evaluations.
    expect(more).toBeCloseTo(3 * 40 * 0.005 + 60 * (0.015 + 2 * 0.005), 6)
    const anew = (of: ReturnType<typeof plan>) => ({ ...of, settings: { ...of.settings, placement: 'start' as const } })
    const unshared = middle(forecast(anew(evaluated), measured, 8e9)) - middle(forecast(anew(plan(100)), measured, 8e9))
    expect(unshared).toBeCloseTo(3 * 40 * 0.005 + 60 * (0.015 + 0.005 + 0.012), 6)
    const often = { ...evaluated, settings: { ...evaluated.settings, validateEvery: 25 } }
    expect(middle(forecast(often, measured, 8e9))).toBeGreaterThan(middle(forecast(evaluated, measured, 8e9)))
  })

  it('evaluates in the time that answers take, not in that of validations', () => {
    const rows = { train: 100, validation: 40, test: 60 }
    const predicted = (answerRow: number) => middle(forecast({ ...plan(100), rows }, { ...measured, answerRow }, 8e9))
    expect(predicted(30) - predicted(5)).toBeCloseTo((2 * 60 + 40) * 0.025, 6)
  })

  it('counts an answer that is written as all that it takes: its text is read with it', () => {
    const settings = { ...plan(100).settings, task: 'generation' as const }
    const predicted = (test: number) =>
      middle(forecast({ settings, labels: [], rows: { train: 100, validation: 0, test } }, measured, 8e9))
    expect(predicted(60) - predicted(0)).toBeCloseTo(60 * (0.005 + 0.012), 6)
  })

  it('counts what hand-written prompts take', () => {
    const rows = { train: 100, validation: 40, test: 60 }
    const settings = defaultSettings({ steps: 100, validateEvery: 0, task: 'generation' })
    const written = { settings, labels: [], rows }
    const without = { ...written, settings: { ...settings, duel: false } }
    const more = middle(forecast(written, measured, 8e9)) - middle(forecast(without, measured, 8e9))
    // All test rows with the best, and 20 validation rows with an instruction and with two few-shot prompts, which take a third more.
    expect(more).toBeCloseTo(((4 / 3) * 60 + (1 + (2 * 4) / 3) * 20) * 0.012, 6)
    const own = { ...written, settings: { ...settings, handWritten: 'Sort these messages by team.' } }
    const one = middle(forecast(own, measured, 8e9)) - middle(forecast(written, measured, 8e9))
    expect(one).toBeCloseTo(20 * 0.012, 6)
  })

  it('counts what baselines take: counting words, and reading all rows once more unless they are cached', () => {
    const rows = { train: 100, validation: 40, test: 60 }
    const duel = { settings: defaultSettings({ steps: 100, validateEvery: 0 }), labels, rows }
    const of = (changed: Partial<MeasuredSteps>, given: Partial<typeof duel> = {}) =>
      middle(forecast({ ...duel, ...given }, { ...measured, ...changed }, 8e9))
    // Rows are answered with the prompt as well, and the validation rows without it, before the first step, and to calibrate.
    expect(of({ answerRow: 15 }) - of({})).toBeCloseTo((2 * 60 + 200 + 2 * 40) * 0.01, 6)
    const anew = { precomputeRow: 0 }
    const plain = of({ ...anew, plainRow: 22 }) - of(anew)
    expect(plain).toBeCloseTo((200 + (4 / 3) * 60 + (1 + (2 * 4) / 3) * 40) * 0.01, 6)
    expect(of({}, { labels: [...labels, 'praise'] })).toBeGreaterThan(of({}))
    const many = { ...rows, train: 50_000 }
    expect(of({}, { rows: { ...many, train: 60_000 } })).toBeCloseTo(of({}, { rows: many }), 6)
  })

  it('counts rows without the prompt as read anew where only those with it have an instruction', () => {
    const rows = { train: 100, validation: 0, test: 60 }
    const { settings } = plan(100)
    const predicted = { ...settings, template: { ...settings.template, instruction: 'Which team is asked?' } }
    const more =
      middle(forecast({ settings: predicted, labels, rows }, measured, 8e9)) -
      middle(forecast({ settings, labels, rows }, measured, 8e9))
    expect(more).toBeCloseTo(60 * (0.012 - 0.005), 6)
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
      fc.property(ms, ms, fc.integer({ min: 1, max: 5000 }), (step, start, n) => {
        const { seconds } = forecast(plan(n), { ...measured, step, start }, 8e9)
        const more = forecast(plan(n + 1), { ...measured, step, start }, 8e9).seconds
        expect(seconds[0]).toBeLessThanOrEqual(seconds[1])
        expect(more[0]).toBeGreaterThanOrEqual(seconds[0])
        expect(more[1]).toBeGreaterThanOrEqual(seconds[1])
      }),
    )
  })
})
