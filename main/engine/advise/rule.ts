// What a rule of the advisor is: it reads what is stored of a run, and proposes one change or none.
import type { ScoredRow } from '../../contract/compute.ts'
import type { Advice, RunDetails } from '../../contract/service.ts'

/** What is stored of a run, the answers of its prompt to the test rows, and its base model's number of parameters. */
export interface Evidence extends Pick<
  RunDetails,
  'run' | 'labels' | 'rows' | 'steps' | 'validations' | 'notes' | 'evaluations'
> {
  readonly answers: readonly ScoredRow[]
  /** The runs like this one, on the same test rows, that learn from some of its training rows. */
  readonly smaller: readonly SmallerRun[]
  readonly parameters: number
}

export interface SmallerRun {
  /** Training rows. */
  readonly train: number
  /** The headline metric on the test rows; undefined before it has finished. */
  readonly tuned: number | undefined
}

export type Finding = Omit<Advice, 'rule' | 'minutes'>

/** Undefined where the run does not need it. */
export type Rule = (evidence: Evidence) => Finding | undefined
