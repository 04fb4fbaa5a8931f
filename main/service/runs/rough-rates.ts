// The times of a run's parts on a computer where none of its kind was measured yet, from what its first seconds took.
import { scoresLabels } from '../../engine/task/index.ts'
import type { Basis, PartName, Planned } from './parts.ts'

export interface Seen {
  /** Milliseconds of a unit; undefined where none was measured yet. */
  readonly unitOf: (name: PartName) => number | undefined
  readonly plan: Planned
  /** Characters: a mean text and its answer, and the longest answer. */
  readonly lengths: { readonly text: number; readonly answer: number; readonly longest: number }
  /** Milliseconds until the first validation. */
  readonly opened: number
}

/** A step takes as long as so many validations of its rows: forward, and backward to what is trained alone. */
const STEP = 2
/** Writing a token alone takes as long as reading so many together. */
const WRITING = 2
/** The model alone writes on to the limit of an answer: so many characters more than the longest one. */
const MARGIN = 32

/** Undefined while nothing says how fast this computer is. */
export function roughBasis({ unitOf, plan: { settings }, lengths, opened }: Seen): Basis | undefined {
  const { batch, loss } = settings
  const step = unitOf('steps')
  const chooses = scoresLabels(settings)
  // Over the whole vocabulary a validation computes the loss, and the label scores besides.
  const passes = chooses && loss === 'vocabulary' ? 2 : 1
  const scoreRow = unitOf('validations') ?? (step === undefined ? undefined : (passes * step) / (STEP * batch))
  const answered = unitOf('tuned')
  if (scoreRow === undefined && answered === undefined) return undefined
  const once = (scoreRow ?? (answered ?? 0) * passes) / passes
  const { text, answer, longest } = lengths
  const written = (characters: number): number => (once * (text + WRITING * characters)) / Math.max(1, text + answer)
  const precomputeRow = unitOf('texts') ?? unitOf('testTexts') ?? 0
  const reading = precomputeRow > 0 ? precomputeRow : (unitOf('untuned') ?? once)
  return {
    start: opened,
    opening: 0,
    step: step ?? STEP * batch * once,
    scoreRow: scoreRow ?? once * passes,
    answerRow: answered ?? (chooses ? once : written(answer)),
    plainRow: chooses ? reading : written(longest + MARGIN),
    precomputeRow,
  }
}
