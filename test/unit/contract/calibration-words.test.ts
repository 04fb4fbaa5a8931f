// Sentences about calibration promise what is known, and no more.
import { describe, expect, it } from 'vitest'
import type { CalibrationDetails, MeasuredOn, Threshold } from '../../../main/contract/calibration.ts'
import {
  errorSentence,
  promiseSentence,
  setsSentence,
  temperatureSentence,
  togetherSentence,
  unsureSentence,
} from '../../../main/contract/words/calibration.ts'
import { calibrate, detailsOf, heldOut, withThreshold } from '../../../main/engine/calibrate/calibration.ts'
import type { LabelledScores } from '../../../main/engine/calibrate/scores.ts'
import { drawnRows, normalised } from '../calibrate/some-rows.ts'

const details = (
  fitted: readonly LabelledScores[],
  tested: readonly LabelledScores[],
  limit?: number,
): CalibrationDetails => {
  const rows = heldOut(fitted, tested)
  const calibration = calibrate(fitted)
  if (!calibration) throw new Error('There are no rows.')
  return detailsOf((limit && withThreshold(calibration, rows, limit)) || calibration, rows, false)
}

const sure = (rows: number, probability: number): LabelledScores[] =>
  Array.from({ length: rows }, () => ({
    logProbabilities: normalised([Math.log(probability), Math.log(1 - probability)]),
    label: 0,
  }))

describe('how sure a prompt was', () => {
  it('is said to be too much only where rows show it', () => {
    const few = details(sure(10, 0.99), sure(10, 0.99))
    expect(few.calibration.temperature).toBeGreaterThan(1.5)
    expect(temperatureSentence(few)).toMatch(
      /^It is not certain that the prompt was too sure: as tuned, it was 99\.0 % sure on average, and right on 10 of 10 rows\. Its probabilities are lowered as a precaution by one number, the temperature 1\.\d\d, fitted on 10 rows of the validation set\.$/,
    )
    expect(temperatureSentence(details(drawnRows(500, 2.5, 1), drawnRows(50, 2.5, 2)))).toMatch(
      /^The prompt was too sure: .* Its probabilities are lowered by/,
    )
    expect(temperatureSentence(details(drawnRows(500, 0.4, 1), drawnRows(50, 0.4, 2)))).toMatch(
      /^The prompt was not sure enough: .* Its probabilities are raised by/,
    )
    const wrong = sure(50, 0.99).map((row) => ({ ...row, label: 1 }))
    expect(temperatureSentence(details(wrong, wrong))).toContain('No temperature beyond this one is tried')
  })

  it('differs from how often it is right by chance, too', () => {
    expect(errorSentence(details(drawnRows(100, 1, 1), drawnRows(60, 1, 2)))).toMatch(
      /By chance alone, so many rows would show about \d\.\d % even if both were the same\.$/,
    )
  })
})

const threshold: Omit<Threshold, 'chosen'> = {
  ...{ limit: 0.05, confidence: 0.8, among: 0.1 },
  tested: { rows: 240, answered: 45, wrong: 3, bound: 0.1649 },
}

describe('a promise', () => {
  it.each<[MeasuredOn, string]>([
    ['test set', 'with the labels as frequent as in the test set, are wrong, more than the limit of 5.0 %.'],
    ['table', '45 of 240 rows of this table, 3 of them wrong'],
  ])('on a %s names the rows that it holds for', (on, words) => {
    const sentence = promiseSentence(threshold, on)
    expect(sentence).toContain(words)
    expect(sentence).toContain('Promised, with 95 % confidence: at most 16.5 % of the answers')
    expect(sentence.includes('test set')).toBe(on === 'test set')
  })

  it('by cross-validation says with which thresholds, and of how many folds', () => {
    const sentence = promiseSentence({ ...threshold, folds: { all: 5, chosen: 4 } }, 'folds')
    expect(sentence).toBe(
      'It answers alone where it is at least 80.0 % sure. Each fold was answered with a threshold that was chosen in the same way on the other folds (4 of 5 have one, the others answer nothing alone): 45 of 240 rows are answered alone, 3 of them wrong (6.7 %). Cross-validation estimates that at most 16.5 % of the answers that it gives alone to rows like these, with the labels as frequent, are wrong, more than the limit of 5.0 %; as the same rows also served to choose thresholds, this is no strict promise. The other 195 rows (81 %) go to a person.',
    )
    expect(promiseSentence({ ...threshold, folds: { all: 5, chosen: 5 } }, 'folds')).toContain('(all 5 have one)')
    const nothing = {
      ...threshold,
      tested: { rows: 240, answered: 0, wrong: 0, bound: 1 },
      folds: { all: 5, chosen: 0 },
    }
    expect(promiseSentence(nothing, 'folds')).toContain(
      'none of 240 rows is answered alone, so nothing can be promised',
    )
  })

  it('of several is none on rows that they have learned from', () => {
    const error = { value: 0, low: 0, high: 1, chance: 0 }
    expect(togetherSentence({ rows: 0, on: 'table', error, threshold })).not.toContain('Promised')
    expect(togetherSentence({ rows: 240, on: 'table', error, threshold })).toContain(
      'On 240 rows of this table that none of them was tuned or calibrated on',
    )
  })
})

describe('an unsure answer', () => {
  it('names what it probably is, measured on unsure rows alone', () => {
    const found = details(drawnRows(200, 2, 1), drawnRows(300, 2, 2), 0.1)
    const { rows, answered } = found.calibration.threshold?.tested ?? { rows: 0, answered: 0 }
    expect(setsSentence(found)).toContain(`of ${String(rows - answered)} rows of the test set that are unsure`)
    expect(setsSentence(found)).toContain('for about 95 % of unsure rows')
    expect(setsSentence(details(drawnRows(200, 2, 1), drawnRows(300, 2, 2)))).toBeUndefined()
    expect(unsureSentence({ threshold: 0.8, among: ['a', 'b'] })).toContain('It is probably one of these: a or b.')
    expect(unsureSentence({ threshold: 0.8, among: [] })).toContain('A person should look at it.')
  })
})
