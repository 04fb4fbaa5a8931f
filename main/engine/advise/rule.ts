// What a rule of the advisor is: it reads what is stored of a run, and proposes one change or none.
import type { ScoredRow } from '../../contract/compute.ts'
import type { Advice, RunDetails } from '../../contract/service.ts'

/** What is stored of a run, the answers of its prompt to the test rows, and its base model's number of parameters. */
export interface Evidence extends Pick<
  RunDetails,
  'run' | 'labels' | 'rows' | 'steps' | 'validations' | 'notes' | 'evaluations'
> {
  readonly answers: readonly ScoredRow[]
  readonly parameters: number
}

export type Finding = Omit<Advice, 'rule' | 'minutes'>

/** Undefined where the run does not need it. */
export type Rule = (evidence: Evidence) => Finding | undefined
