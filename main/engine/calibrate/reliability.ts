// How far probabilities can be trusted: calibration error, Brier score, and the bins of a reliability chart.
import type { CalibrationError, Estimate, Reliability, ReliabilityBin } from '../../contract/calibration.ts'
import { bootstrap, type Interval } from '../bootstrap.ts'
import { createRandom } from '../random.ts'
import { mean } from '../statistics.ts'
import { exactInterval } from './exact-share.ts'
import { judged, type Judged, type LabelledScores, tempered } from './scores.ts'

/** Bins with equally many rows each, at most, and the fewest rows that say something of a bin. */
const MOST_BINS = 10
const FEWEST_ROWS = 20

const binsFor = (rows: number): number => Math.max(1, Math.min(MOST_BINS, Math.floor(rows / FEWEST_ROWS)))

/** Rows that are tempered alike. */
interface Tempered {
  readonly rows: readonly LabelledScores[]
  readonly temperature: number
}

/**
 * Of answered rows, each part at its own temperature: the expected calibration error, the Brier score, and the bins of the
 * chart, with 95 % intervals of a bootstrap over the rows. A calibration error is no mean: chance alone makes it larger, the
 * more so in resamples, and its interval leans upward. What it says to be small is small; what is not larger than chance alone
 * makes it says nothing.
 */
export function reliabilityOf(parts: readonly Tempered[]): Reliability {
  const answers = answersOf(parts)
  const scores = parts.flatMap(({ rows, temperature }) => rows.map((row) => brierScore(row, temperature)))
  const bins = binsFor(answers.length)
  const sum = (times: Uint32Array): number => scores.reduce((all, score, i) => all + score * (times[i] ?? 0), 0)
  return {
    rows: answers.length,
    error: errorOf(answers),
    errorByWidth: estimate(answers.length, (times) => errorByWidth(answers, times)),
    brier: estimate(scores.length, (times) => sum(times) / Math.max(1, scores.length)),
    bins: binsOf(answers, bins),
  }
}

/** The expected calibration error alone, as `reliabilityOf` gives it. */
export const calibrationErrorOf = (parts: readonly Tempered[]): CalibrationError => errorOf(answersOf(parts))

const answersOf = (parts: readonly Tempered[]): Judged[] =>
  parts.flatMap(({ rows, temperature }) => judged(rows, temperature)).sort(byConfidence)

function errorOf(answers: readonly Judged[]): CalibrationError {
  const bins = binsFor(answers.length)
  return { ...estimate(answers.length, (times) => errorByMass(answers, times, bins)), chance: chanceOf(answers, bins) }
}

/** Drawings of which a mean is taken that is shown to two digits. */
const DRAWINGS = 200

/** The mean error if answers are right with the very probabilities that they say: of so many rows it is not 0. */
function chanceOf(answers: readonly Judged[], bins: number): number {
  const random = createRandom(0)
  const once = new Uint8Array(answers.length).fill(1)
  const drawn = (): Judged[] => answers.map(({ confidence }) => ({ confidence, right: random.next() < confidence }))
  return mean(Array.from({ length: DRAWINGS }, () => errorByMass(drawn(), once, bins)))
}

/** Resamples of figures that are shown to two digits. */
const resamples = 1000

/** The figure of the rows as they are, inside its interval. `figure` gets how often each row counts. */
function estimate(rows: number, figure: (times: Uint32Array) => number): Estimate {
  const value = figure(new Uint32Array(rows).fill(1))
  const times = new Uint32Array(rows)
  const ofDrawn = (drawn: Uint32Array): number => {
    times.fill(0)
    for (const row of drawn) times[row] = (times[row] ?? 0) + 1
    return figure(times)
  }
  const { low, high }: Interval = rows === 0 ? { low: 0, high: 1 } : bootstrap(rows, ofDrawn, { resamples })
  return { value, low: Math.min(low, value), high: Math.max(high, value) }
}

const byConfidence = (a: Judged, b: Judged): number => a.confidence - b.confidence

/**
 * Expected calibration error: the mean over rows of the gap between their bin's mean confidence and its share of right
 * answers. The bins have about equally many rows (Nixon et al. 2019), those that are equally sure in one bin: a good prompt is sure of most, and in bins of equal width
 * nearly all rows lie in the last one while a few rows in each other bin give gaps by chance. `answers`: the least sure
 * first; `times`: how often each counts.
 */
export function errorByMass(answers: readonly Judged[], times: ArrayLike<number>, bins: number): number {
  let [error, at, rows] = [0, 0, 0]
  for (const end of endsOfBins(answers, times, bins)) {
    let gap = 0
    for (; at < end; at++) {
      const own = times[at] ?? 0
      const { confidence = 0, right = false } = answers[at] ?? {}
      gap += own * (confidence - Number(right))
      rows += own
    }
    error += Math.abs(gap)
  }
  return error / Math.max(1, rows)
}

/** Where each bin ends among the answers. */
function endsOfBins(answers: readonly Judged[], times: ArrayLike<number>, bins: number): number[] {
  let rows = 0
  for (let i = 0; i < answers.length; i++) rows += times[i] ?? 0
  const ends: number[] = []
  let [taken, bin] = [0, 1]
  for (const [i, { confidence }] of answers.entries()) {
    taken += times[i] ?? 0
    if (bin > bins || taken < Math.round((bin * rows) / bins) || answers[i + 1]?.confidence === confidence) continue
    ends.push(i + 1)
    while (bin <= bins && Math.round((bin * rows) / bins) <= taken) bin++
  }
  return ends
}

/** Bins of equal width, as many as Guo et al. 2017 have, for comparison with figures from elsewhere. */
const WIDTHS = 15

/** As `errorByMass`, in bins of equal width. */
export function errorByWidth(answers: readonly Judged[], times: ArrayLike<number>): number {
  const gaps = new Float64Array(WIDTHS)
  let rows = 0
  for (const [i, { confidence, right }] of answers.entries()) {
    const own = times[i] ?? 0
    const bin = Math.min(WIDTHS - 1, Math.floor(confidence * WIDTHS))
    gaps[bin] = (gaps[bin] ?? 0) + own * (confidence - Number(right))
    rows += own
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / Math.max(1, rows)
}

/** Brier score of one row (Brier 1950), 0 to 2: the squared error of its probabilities, over all labels. */
export const brierScore = ({ logProbabilities, label }: LabelledScores, temperature: number): number =>
  tempered(logProbabilities, temperature).reduce(
    (sum, value, i) => sum + (Math.exp(value) - Number(i === label)) ** 2,
    0,
  )

/** Some rows as one bin, with the exact 95 % interval of their share of right answers. */
export function binOf(answers: readonly Judged[]): ReliabilityBin {
  const right = answers.filter((each) => each.right).length
  const confidence = answers.reduce((sum, each) => sum + each.confidence, 0) / Math.max(1, answers.length)
  return { rows: answers.length, confidence, right, ...exactInterval(right, answers.length) }
}

/** The bins of `errorByMass`. */
function binsOf(answers: readonly Judged[], bins: number): ReliabilityBin[] {
  const ends = endsOfBins(answers, new Uint8Array(answers.length).fill(1), bins)
  return ends.map((end, i) => binOf(answers.slice(ends[i - 1] ?? 0, end)))
}
