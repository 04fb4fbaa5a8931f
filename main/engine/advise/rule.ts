// What a rule of the advisor is: it reads what is stored of a run, and proposes one change or none.
import type { Advice, RunDetails } from '../../contract/service.ts'

/** What is stored of a run, and its base model's number of parameters. */
export interface Evidence extends Pick<
  RunDetails,
  'run' | 'labels' | 'rows' | 'steps' | 'validations' | 'notes' | 'evaluations'
> {
  readonly parameters: number
}

export type Finding = Omit<Advice, 'rule'>

/** Undefined where the run does not need it. */
export type Rule = (evidence: Evidence) => Finding | undefined
