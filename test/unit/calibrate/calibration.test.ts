// Thresholds and label sets: chosen on some rows, and what they promise holds on others.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isUnsure, type Calibration } from '../../../main/contract/calibration.ts'
import {
  calibrate,
  type CalibrationRows,
  crossFitted,
  detailsOf,
  heldOut,
  withThreshold,
} from '../../../main/engine/calibrate/calibration.ts'
import { labelSet, leastProbability } from '../../../main/engine/calibrate/conformal.ts'
import { upperBound } from '../../../main/engine/calibrate/exact-share.ts'
import { judged, type LabelledScores, tempered } from '../../../main/engine/calibrate/scores.ts'
import { answeredAlone, coverageOf, levelOf, offerOf, thresholdFor } from '../../../main/engine/calibrate/threshold.ts'
import { createRandom } from '../../../main/engine/random.ts'
import { anyRows, drawnRows, knownRows, normalised } from './some-rows.ts'

const calibrated = (rows: CalibrationRows): Calibration => {
  const found = calibrate(rows.all)
  if (!found) throw new Error('There are no rows.')
  return found
}

describe('the curve of coverage and error', () => {
  it('counts at each threshold what is answered alone with it', () => {
    fc.assert(
      fc.property(anyRows, (rows) => {
        const own = judged(rows, 1)
        const curve = coverageOf(own)
        expect(curve.at(-1)?.answered ?? 0).toBe(rows.length)
        for (const { confidence, answered, wrong } of curve)
          expect(answeredAlone(own, confidence)).toEqual({ rows: rows.length, answered, wrong })
        expect(curve.map(({ answered }) => answered)).toEqual(
          curve.map(({ answered }) => answered).toSorted((a, b) => a - b),
        )
      }),
    )
  })

  it('gives a higher limit no fewer answers, and none where no row is sure enough', () => {
    const curve = coverageOf(judged(knownRows, 1))
    const answered = [0.02, 0.1, 0.2, 0.4, 0.6].map((limit) => thresholdFor(limit, curve, 300)?.answered ?? 0)
    expect(answered).toEqual(answered.toSorted((a, b) => a - b))
    expect(answered.at(-1)).toBe(200)
    expect(thresholdFor(0.001, curve, 300)).toBeUndefined()
    // With few test rows nothing can be shown, however good the validation rows look.
    expect(thresholdFor(0.1, coverageOf(judged(drawnRows(500, 1, 1), 1)), 5)).toBeUndefined()
  })
})

describe('a threshold', () => {
  it('is chosen without the test rows: other answers to them change its bound alone', () => {
    const [fitted, tested] = [drawnRows(200, 2, 1), drawnRows(300, 2, 2)]
    const rows = heldOut(fitted, tested)
    const others = heldOut(
      fitted,
      tested.map((row) => ({ ...row, label: (row.label + 1) % 3 })),
    )
    const [own, other] = [rows, others].map((each) => withThreshold(calibrated(each), each, 0.1)?.threshold)
    expect(own?.confidence).toBeGreaterThan(0)
    expect(other?.confidence).toBe(own?.confidence)
    expect(other?.chosen).toEqual(own?.chosen)
    expect(other?.tested.bound).toBeGreaterThan(own?.tested.bound ?? 1)
  })

  it('promises a bound that holds in at least 95 of 100 samples', () => {
    const population = drawnRows(10_000, 2, 1000)
    let [promised, held, kept] = [0, 0, 0]
    for (let sample = 0; sample < 100; sample++) {
      const rows = heldOut(drawnRows(150, 2, 2 * sample + 1), drawnRows(200, 2, 2 * sample + 2))
      const found = withThreshold(calibrated(rows), rows, 0.1)
      if (!found?.threshold) continue
      const { confidence, tested } = found.threshold
      const { answered, wrong } = answeredAlone(judged(population, found.temperature), confidence)
      promised++
      held += Number(wrong / answered <= tested.bound)
      kept += Number(tested.bound <= 0.1)
    }
    expect(promised).toBeGreaterThan(60)
    expect(held / promised).toBeGreaterThanOrEqual(0.95)
    // And what was asked for is often what is promised.
    expect(kept / promised).toBeGreaterThan(0.2)
  })

  it('of all limits that are offered keeps its promise together with the others, in at least 95 of 100 samples', () => {
    const population = drawnRows(10_000, 2, 1000)
    let [offered, held] = [0, 0]
    for (let sample = 0; sample < 100; sample++) {
      const rows = heldOut(drawnRows(150, 2, 2 * sample + 1), drawnRows(200, 2, 2 * sample + 2))
      const own = calibrated(rows)
      const { choices, level } = offerOf(coverageOf(judged(rows.all, own.temperature)), 200)
      expect(level).toBeLessThanOrEqual(levelOf(choices.length))
      const all = choices.map(({ limit }) => withThreshold(own, rows, limit)?.threshold)
      expect(all.map((each) => each?.limit)).toEqual(choices.map(({ limit }) => limit))
      for (const each of all) {
        const { answered = 0, wrong = 0, bound = 0 } = each?.tested ?? {}
        expect(bound).toBeCloseTo(upperBound(wrong, answered, level), 12)
      }
      // Who looks at all of them and takes the one that promises most is promised no more than holds.
      offered += Number(all.length > 1)
      held += Number(
        all.every((each) => {
          const { answered, wrong } = answeredAlone(judged(population, own.temperature), each?.confidence ?? NaN)
          return wrong / answered <= (each?.tested.bound ?? 0)
        }),
      )
    }
    expect(offered).toBeGreaterThan(80)
    expect(held / 100).toBeGreaterThanOrEqual(0.95)
  })

  it('of a limit between two on offer is that of the lower one', () => {
    const rows = heldOut(drawnRows(200, 2, 1), drawnRows(300, 2, 2))
    const own = calibrated(rows)
    const [first, second] = detailsOf(own, rows, false).choices.map(({ limit }) => limit)
    const between = ((first ?? NaN) + (second ?? NaN)) / 2
    expect(withThreshold(own, rows, between)).toEqual(withThreshold(own, rows, first ?? NaN))
    expect(withThreshold(own, rows, (first ?? NaN) / 2)).toBeUndefined()
  })

  it('is missing where no row can be answered so safely', () => {
    const rows = heldOut(drawnRows(30, 2, 1), drawnRows(20, 2, 2))
    expect(withThreshold(calibrated(rows), rows, 0.01)).toBeUndefined()
    const { choices, smallest } = detailsOf(calibrated(rows), rows, false)
    expect(smallest).toBeGreaterThan(0.01)
    expect(smallest).toBe(choices[0]?.limit ?? smallest)
  })

  it('leaves to a person what is less sure, and nothing where there is none', () => {
    const rows = heldOut(drawnRows(200, 2, 1), drawnRows(300, 2, 2))
    const found = withThreshold(calibrated(rows), rows, 0.1)
    const { confidence = 0 } = found?.threshold ?? {}
    expect([isUnsure(found, confidence), isUnsure(found, confidence - 1e-9)]).toEqual([false, true])
    expect([isUnsure(undefined, 0), isUnsure(calibrated(rows), 0.01)]).toEqual([false, false])
  })
})

describe('with folds', () => {
  const folds = [1, 2, 3, 4].map((seed) => drawnRows(60, 2, seed))

  it('each row is measured with what was fitted on the others', () => {
    const { all, parts } = crossFitted(folds)
    expect(all).toEqual(folds.flat())
    for (const [fold, { fitted, tested }] of parts.entries()) {
      expect(tested).toEqual(folds[fold])
      expect(fitted).toHaveLength(180)
      for (const row of tested) expect(fitted).not.toContain(row)
    }
    const details = detailsOf(calibrated(crossFitted(folds)), crossFitted(folds), true)
    expect([details.before.rows, details.after.rows, details.calibration.rows]).toEqual(Array<number>(3).fill(240))
    expect(details.after.error.value).toBeLessThan(details.before.error.value)
  })

  it('a fold’s own answers do not decide its threshold', () => {
    const rows = crossFitted(folds)
    const found = withThreshold(calibrated(rows), rows, 0.15)?.threshold
    expect(found?.tested.rows).toBe(240)
    expect(found?.tested.answered).toBeGreaterThan(20)
    expect(found?.folds).toEqual({ all: 4, chosen: 4 })
    // Were the first fold answered wrongly throughout, it alone would have more wrong answers.
    const spoilt = [
      folds[0]?.map((row): LabelledScores => ({ ...row, label: (row.label + 1) % 3 })) ?? [],
      ...folds.slice(1),
    ]
    const other = withThreshold(calibrated(rows), crossFitted(spoilt), 0.15)?.threshold
    expect(other?.tested.wrong).not.toBe(found?.tested.wrong)
  })
})

describe('what an unsure answer names', () => {
  it('has the right label for about 95 of 100 unsure rows, however many sure rows there are besides', () => {
    // Nine of ten rows are easy: over all rows, 95 of 100 are reached without a look at the others.
    const mixed = (rows: number, seed: number): LabelledScores[] => {
      const random = createRandom(seed)
      const hard = Array.from({ length: rows / 10 }, () => {
        const truth = normalised([2, 0.5, 0, -1].map((score) => score + 0.3 * random.normal()))
        let left = random.next()
        return {
          logProbabilities: truth,
          label: Math.max(
            0,
            truth.findIndex((value) => (left -= Math.exp(value)) < 0),
          ),
        }
      })
      const easy = Array.from({ length: rows - rows / 10 }, (_, i) => ({
        logProbabilities: normalised([0, 1, 2, 3].map((label) => (label === i % 4 ? 8 : 0))),
        label: i % 4,
      }))
      return [...hard, ...easy]
    }
    const [fitted, tested] = [mixed(1000, 1), mixed(4000, 2)]
    const rows = heldOut(fitted, tested)
    const found = withThreshold(calibrated(rows), rows, 0.02)
    const { sets } = detailsOf(found as Calibration, rows, false)
    expect(sets?.rows).toBeGreaterThan(100)
    expect(sets?.rows).toBeLessThan(500)
    expect((sets?.right ?? 0) / (sets?.rows ?? 1)).toBeGreaterThan(0.9)
    expect(sets?.labels).toBeGreaterThan(1)
    expect(detailsOf(calibrated(rows), rows, false).sets).toBeUndefined()
  })

  it('is measured with the threshold of the other folds, and any label where too few rows are unsure', () => {
    const rows = crossFitted([1, 2, 3, 4].map((seed) => drawnRows(60, 2, seed)))
    const found = withThreshold(calibrated(rows), rows, 0.15) as Calibration
    const { rows: all = 0, answered = 0 } = found.threshold?.tested ?? {}
    expect(detailsOf(found, rows, true).sets?.rows).toBe(all - answered)
    const few = heldOut(drawnRows(300, 1, 1, 2), drawnRows(300, 1, 2, 2))
    const lax = withThreshold(calibrated(few), few, 0.3)?.threshold
    expect((lax?.chosen.rows ?? 0) - (lax?.chosen.answered ?? 0)).toBeLessThan(19)
    expect(lax?.among).toBe(0)
  })
})

describe('sets of labels', () => {
  it('have the right label for at least 95 of 100 new rows, on average over what they are fitted on', () => {
    for (const rows of [25, 100]) {
      let [right, all] = [0, 0]
      for (let sample = 0; sample < 300; sample++) {
        const least = leastProbability(drawnRows(rows, 2, 2 * sample + 1), 1.3)
        for (const { logProbabilities, label } of drawnRows(40, 2, 2 * sample + 2)) {
          right += Number(labelSet(tempered(logProbabilities, 1.3), least).includes(label))
          all++
        }
      }
      expect(right / all).toBeGreaterThan(0.945)
    }
  })

  it('have their finite-sample quantile from NumPy, and all labels where rows are too few', () => {
    // numpy.sort(1 - p)[ceil(201 * 0.9) - 1]
    expect(leastProbability(knownRows, 1, 0.1)).toBeCloseTo(0.013601429559575107, 9)
    expect(leastProbability(knownRows.slice(0, 10), 1)).toBe(0)
    expect(leastProbability([], 1)).toBe(0)
  })

  it('begin with the likeliest label, are never empty, and grow with what they may not miss', () => {
    fc.assert(
      fc.property(anyRows, fc.double({ min: 0, max: 1, noNaN: true }), (rows, least) => {
        for (const { logProbabilities } of rows) {
          const found = labelSet(logProbabilities, least)
          expect(logProbabilities[found[0] ?? NaN]).toBe(Math.max(...logProbabilities))
          expect(labelSet(logProbabilities, least / 2).length).toBeGreaterThanOrEqual(found.length)
        }
        const at = (miss: number): number => leastProbability(rows, 1, miss)
        expect(at(0.05)).toBeLessThanOrEqual(at(0.3))
      }),
    )
  })
})
