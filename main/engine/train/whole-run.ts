// What a whole run takes, by what some of its steps and some of its answers took. Times are milliseconds.
import type { MeasuredSteps } from '../../contract/compute.ts'
import type { TuneSettings } from '../../contract/settings.ts'
import { scoresLabels } from '../task/index.ts'
import type { ExpectedSteps } from './expected-steps.ts'
import type { Answers } from './time-answers.ts'
import type { Timing } from './time-steps.ts'

/** Sizes of the whole run's steps, and of the steps that were timed: on the longest rows and on usual ones. */
export interface ExpectedStepsBySize {
  readonly run: ExpectedSteps
  readonly longest: ExpectedSteps
  readonly usual: ExpectedSteps
}

type Timed = Pick<Timing, 'start' | 'steps' | 'step' | 'opening' | 'precomputeRow' | 'scoreRow'>

export interface Measured {
  readonly longest: Pick<Timed, 'steps' | 'step'>
  readonly usual: Timed
  readonly answers: Answers
  readonly expected: ExpectedStepsBySize
  /** Rows of each validation that was timed. */
  readonly validated: number
  /** Texts whose keys and values the run has still to compute beforehand. */
  readonly textsToCompute: number
}

type Settings = Pick<TuneSettings, 'task' | 'loss' | 'memory' | 'steps' | 'validateEvery'>

/** Extrapolates to all steps, all sessions and all validations. */
export function wholeRun(
  settings: Settings,
  { longest, usual, answers, expected, validated, textsToCompute }: Measured,
): Omit<MeasuredSteps, 'memory' | 'gradient'> {
  const opening = usual.opening / Math.max(1, expected.usual.openings)
  const validations = settings.memory === 'low' ? validationsOf(settings) : 0
  const openingValidation = answers.opening * validationSessions(settings)
  const validatedRow = usual.scoreRow - openingValidation / Math.max(1, validated)
  // What was taken off may be too much, but its label is asked for beside the loss.
  const atLeast = openingValidation > 0 && scoresLabels(settings) ? answers.row : 0
  return {
    start: usual.start,
    steps: [...longest.steps, ...usual.steps],
    step: between([expected.usual.tokens, usual.step], [expected.longest.tokens, longest.step], expected.run.tokens),
    // A step behind a validation opens its session again: not the first step of all, and none follows the last validation.
    opening: opening * (expected.run.openings + Math.max(0, validations - 2)) + openingValidation * validations,
    scoreRow: settings.loss === 'labels' ? answers.row : Math.max(atLeast, validatedRow),
    answerRow: answers.row,
    plainRow: answers.plainRow,
    precompute: usual.precomputeRow * textsToCompute,
    precomputeRow: usual.precomputeRow,
  }
}

/** The first comes before all steps, the last behind them. With little memory each opens its own session (train/tune.ts). */
const validationsOf = ({ steps, validateEvery }: Settings): number =>
  1 + (validateEvery > 0 ? Math.ceil(steps / validateEvery) : 1)

/** Kinds of question that a validation asks, each in a session of its own: the loss, and the labels where it is not of these. */
const validationSessions = (settings: Settings): number =>
  scoresLabels(settings) && settings.loss === 'vocabulary' ? 2 : 1

/** On the line through two measured points, [tokens, milliseconds] each; not far beyond either. */
function between([t1, ms1]: readonly [number, number], [t2, ms2]: readonly [number, number], tokens: number): number {
  if (t2 - t1 < 0.1 * t1 || ms2 <= ms1) return ms1
  const onLine = ms1 + ((ms2 - ms1) * (tokens - t1)) / (t2 - t1)
  return Math.min(Math.max(onLine, ms1 / 2), 2 * ms2)
}
