// The kinds of tuning that a person chooses between first, and the method that the benches found best of each kind.
import type { MethodName, TaskName } from './settings.ts'

export const proposalNames = ['soft prompt', 'most accurate'] as const
export type Proposal = (typeof proposalNames)[number]

export const proposals: Readonly<Record<Proposal, MethodName>> = {
  'soft prompt': 'prefix-tuning',
  'most accurate': 'tail-lora',
}

/**
 * What is proposed for a task where nobody has chosen, by `npm run prove methods`: of the sample and of banking77 with ten
 * intents an adapter is right more often by about five points, of TREC as often.
 */
export const usualProposals: Readonly<Record<TaskName, Proposal>> = {
  classification: 'most accurate',
  generation: 'soft prompt',
  answering: 'soft prompt',
}

/** The proposal that a method belongs to; undefined where it belongs to none. */
export const proposalOf = (method: MethodName): Proposal | undefined =>
  proposalNames.find((each) => proposals[each] === method)
