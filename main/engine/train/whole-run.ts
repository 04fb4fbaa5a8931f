// Extrapolates a whole run's times from some of its steps and some of its answers. Times are milliseconds.
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { scoresLabels } from '../task/index.ts'
import type { ExpectedSteps } from './expected-steps.ts'
import type { Answers } from './time-answers.ts'
import type { Timing } from './time-steps.ts'

/** Expected steps of the whole run, and of the timed steps on the longest rows and on usual ones. */
export interface ExpectedStepsBySize {
  readonly run: ExpectedSteps
  readonly longest: ExpectedSteps
  readonly usual: ExpectedSteps
}

type Timed = Pick<Timing, 'start' | 'steps' | 'step' | 'opening' | 'precomputeRow' | 'scoreRow'>

export interface Measurements {
  readonly longest: Pick<Timed, 'steps' | 'step'>
  readonly usual: Timed
  readonly answers: Answers
  readonly expected: ExpectedStepsBySize
  /** Rows of each validation that was timed. */
  readonly validationRows: number
  /** Texts whose keys and values no earlier run has stored. */
  readonly textsToCompute: number
}

type Settings = Pick<TuneSettings, 'task' | 'loss' | 'memory' | 'steps' | 'validateEvery'>

/** The times of all steps, sessions and validations. */
export function wholeRun(
  settings: Settings,
  { longest, usual, answers, expected, validationRows, textsToCompute }: Measurements,
): Omit<MeasuredSteps, 'memory' | 'gradient'> {
  const opening = usual.opening / Math.max(1, expected.usual.openings)
  const validations = settings.memory === 'low' ? validationsOf(settings) : 0
  const openingValidation = answers.opening * validationSessions(settings)
  const validatedRow = usual.scoreRow - openingValidation / Math.max(1, validationRows)
  // The subtracted opening may be too long; a validation takes at least as long as scoring the row's labels.
  const minRow = openingValidation > 0 && scoresLabels(settings) ? answers.row : 0
  return {
    start: usual.start,
    steps: [...longest.steps, ...usual.steps],
    step: between([expected.usual.tokens, usual.step], [expected.longest.tokens, longest.step], expected.run.tokens),
    // Every validation closes the step's session, but the first precedes all steps and no step follows the last.
    opening: opening * (expected.run.openings + Math.max(0, validations - 2)) + openingValidation * validations,
    scoreRow: settings.loss === 'labels' ? answers.row : Math.max(minRow, validatedRow),
    answerRow: answers.row,
    plainRow: answers.plainRow,
    precompute: usual.precomputeRow * textsToCompute,
    precomputeRow: usual.precomputeRow,
  }
}

/** Validations of a run, one of them before the first step. With little memory each opens its own session (train/tune.ts). */
const validationsOf = ({ steps, validateEvery }: Settings): number =>
  1 + (validateEvery > 0 ? Math.ceil(steps / validateEvery) : 1)

/** Sessions of a validation: one for the loss, and another for label scores where the loss is over the full vocabulary. */
const validationSessions = (settings: Settings): number =>
  scoresLabels(settings) && settings.loss === 'vocabulary' ? 2 : 1

/** Linear interpolation between two points [tokens, milliseconds], limited to half the first and twice the second time. */
function between([t1, ms1]: readonly [number, number], [t2, ms2]: readonly [number, number], tokens: number): number {
  if (t2 - t1 < 0.1 * t1 || ms2 <= ms1) return ms1
  const onLine = ms1 + ((ms2 - ms1) * (tokens - t1)) / (t2 - t1)
  return Math.min(Math.max(onLine, ms1 / 2), 2 * ms2)
}
