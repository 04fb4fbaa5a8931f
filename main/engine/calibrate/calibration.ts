// Calibrates a prompt: fits its temperature, measures it on rows that had no part in that, and sets its threshold.
import type { AnsweredAlone, Calibration, CalibrationDetails, Threshold } from '../../contract/calibration.ts'
import { labelSet, leastProbability, unsureRows } from './conformal.ts'
import { upperBound } from './exact-share.ts'
import { binOf, reliabilityOf } from './reliability.ts'
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
  return { temperature, rows: rows.length }
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
  const { answered, wrong, limit: own, confidence } = choice
  const parts = thresholdsOf(rows, own, level)
  const tested = total(parts.map((part) => answeredAlone(judged(part.tested, part.temperature), part.confidence)))
  const threshold: Threshold = {
    ...{ limit: own, confidence, among: amongUnsure(rows.all, calibration.temperature, confidence) },
    chosen: { rows: rows.all.length, answered, wrong },
    tested: { ...tested, bound: upperBound(tested.wrong, tested.answered, level) },
    ...(parts.length > 1 ? { folds: { all: parts.length, chosen: parts.filter(isChosen).length } } : {}),
  }
  return { ...calibration, threshold }
}

/** The smallest limit that can be set, or, where none can, the smallest that would have a threshold. */
export const smallestLimitOf = (calibration: Calibration, rows: CalibrationRows): number =>
  offered(calibration, rows).choices[0]?.limit ??
  smallestLimit(coverageOf(judged(rows.all, calibration.temperature)), testRows(rows))

/** Test rows, with what was fitted for them; `confidence` is Infinity where no threshold keeps to the limit. */
interface Tested {
  readonly tested: readonly LabelledScores[]
  readonly temperature: number
  readonly confidence: number
  readonly among: number
}

const isChosen = ({ confidence }: Tested): boolean => confidence < Infinity

const thresholdsOf = (rows: CalibrationRows, limit: number, level: number): Tested[] =>
  rows.parts.map(({ fitted, tested }) => {
    const temperature = fitTemperature(fitted)
    const point = thresholdFor(limit, coverageOf(judged(fitted, temperature)), testRows(rows), level)
    const confidence = point?.confidence ?? Infinity
    return { tested, temperature, confidence, among: amongUnsure(fitted, temperature, confidence) }
  })

const amongUnsure = (rows: readonly LabelledScores[], temperature: number, confidence: number): number =>
  leastProbability(unsureRows(rows, temperature, confidence), temperature)

const total = (all: readonly AnsweredAlone[]): AnsweredAlone =>
  all.reduce(
    (sum, { rows, answered, wrong }) => ({
      rows: sum.rows + rows,
      answered: sum.answered + answered,
      wrong: sum.wrong + wrong,
    }),
    { rows: 0, answered: 0, wrong: 0 },
  )

/** All that is to be seen of a calibration. */
export function detailsOf(
  calibration: Calibration,
  rows: CalibrationRows,
  crossValidated: boolean,
): CalibrationDetails {
  const curve = coverageOf(judged(rows.all, calibration.temperature))
  const own = rows.parts.map(({ fitted, tested }) => ({ rows: tested, temperature: fitTemperature(fitted) }))
  const { choices, level } = offered(calibration, rows)
  const { threshold } = calibration
  return {
    calibration,
    crossValidated,
    before: reliabilityOf(own.map(({ rows }) => ({ rows, temperature: 1 }))),
    after: reliabilityOf(own),
    asTuned: binOf(judged(rows.all, 1)),
    ...(threshold ? { sets: setsOf(thresholdsOf(rows, threshold.limit, level)) } : {}),
    curve: thinned(curve),
    choices,
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

/** Of the unsure rows among those that were tested. */
function setsOf(parts: readonly Tested[]): NonNullable<CalibrationDetails['sets']> {
  const found = parts.flatMap(({ tested, temperature, confidence, among }) =>
    unsureRows(tested, temperature, confidence).map(({ logProbabilities, label }) => {
      const set = labelSet(tempered(logProbabilities, temperature), among)
      return { size: set.length, right: set.includes(label) }
    }),
  )
  return {
    rows: found.length,
    right: found.filter(({ right }) => right).length,
    labels: found.reduce((sum, { size }) => sum + size, 0) / Math.max(1, found.length),
  }
}
