// Prompts that answer as one: their means are measured as one prompt's answers are, and the highest threshold keeps its promise.
import { describe, expect, it } from 'vitest'
import type { Calibration } from '../../../main/contract/calibration.ts'
import { calibrate, detailsOf, heldOut, offered, withThreshold } from '../../../main/engine/calibrate/calibration.ts'
import { judged, type LabelledScores, tempered } from '../../../main/engine/calibrate/scores.ts'
import { answeredAlone } from '../../../main/engine/calibrate/threshold.ts'
import { trustTogether } from '../../../main/engine/calibrate/together.ts'
import { meanProbabilities } from '../../../main/engine/evaluate/committee.ts'
import { drawnRows } from './some-rows.ts'

/** Two prompts that were tuned on one task: of the same rows, the second is much surer than the first. */
const sharpness = [0.8, 3] as const
const LIMIT = 0.2

/** Calibrated on some rows, with a threshold where one keeps to the limit. */
function calibrated(fitted: readonly LabelledScores[], tested: readonly LabelledScores[]): Calibration {
  const rows = heldOut(fitted, tested)
  const calibration = calibrate(fitted) as Calibration
  return withThreshold(calibration, rows, LIMIT) ?? calibration
}

const mean = (members: readonly (readonly LabelledScores[])[], calibrations: readonly Calibration[]) =>
  (members[0] ?? []).map(({ label }, i) => ({
    label,
    logProbabilities: meanProbabilities(
      members.map((rows, member) =>
        tempered(rows[i]?.logProbabilities ?? [], calibrations[member]?.temperature ?? NaN),
      ),
    ),
  }))

describe('prompts as one', () => {
  it('are, where there is one, that prompt: the same error, the same promise', () => {
    const [fitted, tested] = [drawnRows(150, 2, 1), drawnRows(200, 2, 2)]
    const calibration = calibrated(fitted, tested)
    const trust = trustTogether(
      mean([tested], [calibration]),
      [calibration],
      offered(calibration, heldOut(fitted, tested)).choices.length,
    )
    const { after } = detailsOf(calibration, heldOut(fitted, tested), false)
    expect(trust.error.value).toBeCloseTo(after.error.value, 9)
    const { chosen: _, among: __, ...threshold } = calibration.threshold ?? {}
    expect(trust.threshold).toEqual(threshold)
  })

  it('have the highest threshold and the strictest limit of theirs, and none where all of them always answer alone', () => {
    const rows = drawnRows(100, 1, 3)
    const [one, other] = [0.1, 0.2].map((limit, i) => {
      const threshold = { limit, confidence: 0.9 - i / 4, among: 0, chosen: { rows: 9, answered: 3, wrong: 0 } }
      return {
        temperature: 1,
        rows: 9,
        threshold: { ...threshold, tested: { ...threshold.chosen, bound: 1 } },
      }
    })
    const found = trustTogether(rows, [undefined, other, one], 2)
    expect(found.threshold).toMatchObject({ limit: 0.1, confidence: 0.9, tested: answeredAlone(judged(rows, 1), 0.9) })
    expect(trustTogether(rows, [undefined, { temperature: 1, rows: 9 }], 0).threshold).toBeUndefined()
  })

  it('each limit that was offered for one of them widens the bound', () => {
    const rows = drawnRows(200, 1, 5)
    const calibration = calibrated(drawnRows(150, 1, 6), drawnRows(200, 1, 7))
    const [one, five] = [1, 5].map((offered) => trustTogether(rows, [calibration], offered).threshold?.tested.bound)
    expect(five).toBeGreaterThan(one ?? NaN)
  })

  it('keep their promise in at least 95 % of samples', () => {
    const everything = sharpness.map((each) => drawnRows(4000, each, 99))
    let [promised, held] = [0, 0]
    for (let sample = 0; sample < 100; sample++) {
      const members = sharpness.map((each) => drawnRows(150, each, 1000 + sample))
      const fitted = sharpness.map((each) => drawnRows(150, each, 2000 + sample))
      const calibrations = members.map((tested, i) => calibrated(fitted[i] ?? [], tested))
      const limits = members.reduce((all, tested, i) => {
        const own = offered(calibrations[i] as Calibration, heldOut(fitted[i] ?? [], tested))
        return all + own.choices.length
      }, 0)
      const { threshold } = trustTogether(mean(members, calibrations), calibrations, limits)
      if (!threshold) continue
      const { answered, wrong } = answeredAlone(judged(mean(everything, calibrations), 1), threshold.confidence)
      promised++
      held += Number(wrong / answered <= threshold.tested.bound)
    }
    expect(promised).toBeGreaterThan(90)
    expect(held / promised).toBeGreaterThanOrEqual(0.95)
  })
})
