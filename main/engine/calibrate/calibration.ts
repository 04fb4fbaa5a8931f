// Calibrates a prompt: fits its temperature, measures it on rows that had no part in that, and sets its threshold.
import type { AnsweredAlone, Calibration, CalibrationDetails, Threshold } from '../../contract/calibration.ts'
import { labelSet, leastProbability } from './conformal.ts'
import { upperBound } from './exact-share.ts'
import { reliabilityOf } from './reliability.ts'
import { judged, type LabelledScores, tempered } from './scores.ts'
import { fitTemperature } from './temperature.ts'
import { answeredAlone, coverageOf, type Offer, offerOf, smallestLimit, thresholdFor } from './threshold.ts'

/** Rows on which something is fitted, and other rows on which it is then measured. */
interface Part {
  readonly fitted: readonly LabelledScores[]
  readonly tested: readonly LabelledScores[]
}

/**
 * The rows of a run. Its validation and test rows are one part. With folds, each fold's rows are measured with what was
 * fitted on all others, and what the prompt keeps is fitted on all.
 */
export interface CalibrationRows {
  readonly all: readonly LabelledScores[]
  readonly parts: readonly Part[]
}

export const heldOut = (fitted: readonly LabelledScores[], tested: readonly LabelledScores[]): CalibrationRows => ({
  all: fitted,
  parts: [{ fitted, tested }],
})

/** `folds`: rows by their folds, each answered by a prompt that had not seen it. */
export const crossFitted = (folds: readonly (readonly LabelledScores[])[]): CalibrationRows => ({
  all: folds.flat(),
  parts: folds.map((tested, fold) => ({ fitted: folds.filter((_, other) => other !== fold).flat(), tested })),
})

/** Undefined without rows. */
export function calibrate(rows: readonly LabelledScores[]): Calibration | undefined {
  if (rows.length === 0) return undefined
  const temperature = fitTemperature(rows)
  return { temperature, rows: rows.length, among: leastProbability(rows, temperature) }
}

const testRows = ({ parts }: CalibrationRows): number => parts.reduce((sum, { tested }) => sum + tested.length, 0)

/** The limits that the calibration has thresholds for. */
export const offered = ({ temperature }: Calibration, rows: CalibrationRows): Offer =>
  offerOf(coverageOf(judged(rows.all, temperature)), testRows(rows))

/**
 * The calibration with the threshold of the largest offered limit that is not above `limit`, and its bound on the test rows;
 * undefined where there is none.
 */
export function withThreshold(calibration: Calibration, rows: CalibrationRows, limit: number): Calibration | undefined {
  const { choices, level } = offered(calibration, rows)
  const choice = choices.findLast((each) => each.limit <= limit)
  if (!choice) return undefined
  const { answered, wrong, ...kept } = choice
  const tested = testedWith(rows, choice.limit, level)
  const bound = upperBound(tested.wrong, tested.answered, level)
  const threshold: Threshold = {
    ...kept,
    chosen: { rows: rows.all.length, answered, wrong },
    tested: { ...tested, bound },
  }
  return { ...calibration, threshold }
}

/** The smallest limit that can be set, or, where none can, the smallest that would have a threshold. */
export const smallestLimitOf = (calibration: Calibration, rows: CalibrationRows): number =>
  offered(calibration, rows).choices[0]?.limit ??
  smallestLimit(coverageOf(judged(rows.all, calibration.temperature)), testRows(rows))

/** What the threshold of each part does with its test rows. */
function testedWith(rows: CalibrationRows, limit: number, level: number): AnsweredAlone {
  const all = rows.parts.map(({ fitted, tested }) => {
    const temperature = fitTemperature(fitted)
    const point = thresholdFor(limit, coverageOf(judged(fitted, temperature)), testRows(rows), level)
    return answeredAlone(judged(tested, temperature), point?.confidence ?? Infinity)
  })
  const sum = (of: (each: AnsweredAlone) => number): number => all.reduce((total, each) => total + of(each), 0)
  return { rows: sum((each) => each.rows), answered: sum((each) => each.answered), wrong: sum((each) => each.wrong) }
}

/** All that is to be seen of a calibration. */
export function detailsOf(
  calibration: Calibration,
  rows: CalibrationRows,
  crossValidated: boolean,
): CalibrationDetails {
  const curve = coverageOf(judged(rows.all, calibration.temperature))
  const own = rows.parts.map(({ fitted, tested }) => ({ rows: tested, fitted, temperature: fitTemperature(fitted) }))
  return {
    calibration,
    crossValidated,
    before: reliabilityOf(own.map(({ rows }) => ({ rows, temperature: 1 }))),
    after: reliabilityOf(own),
    sets: setsOf(own),
    curve: thinned(curve),
    choices: offerOf(curve, testRows(rows)).choices,
    smallest: smallestLimitOf(calibration, rows),
  }
}

/** Points that a chart shows. */
const SHOWN = 300

/** Of a long curve some points at even distances, the last one included. */
const thinned = <T>(curve: readonly T[]): readonly T[] => {
  const every = Math.ceil(curve.length / SHOWN)
  return curve.filter((_, i) => (curve.length - 1 - i) % every === 0)
}

function setsOf(
  parts: readonly {
    readonly rows: readonly LabelledScores[]
    readonly fitted: readonly LabelledScores[]
    readonly temperature: number
  }[],
): CalibrationDetails['sets'] {
  const found = parts.flatMap(({ rows, fitted, temperature }) => {
    const least = leastProbability(fitted, temperature)
    return rows.map(({ logProbabilities, label }) => {
      const set = labelSet(tempered(logProbabilities, temperature), least)
      return { size: set.length, right: set.includes(label) }
    })
  })
  return {
    rows: found.length,
    right: found.filter(({ right }) => right).length,
    labels: found.reduce((sum, { size }) => sum + size, 0) / Math.max(1, found.length),
  }
}
