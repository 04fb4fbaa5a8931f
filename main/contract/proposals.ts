// The kinds of tuning that a person chooses between first, and the method that the benches found best of each kind.
import type { GivenSettings, MethodName } from './settings.ts'

export const proposalNames = ['soft prompt', 'most accurate'] as const
export type Proposal = (typeof proposalNames)[number]

export const proposals: Readonly<Record<Proposal, MethodName>> = {
  'soft prompt': 'prefix-tuning',
  'most accurate': 'tail-lora',
}

/** What is proposed where nobody has chosen. */
export const usualProposal: Proposal = 'soft prompt'

/** The proposal that these settings follow; undefined where another method was chosen. */
export const proposalOf = ({ method = proposals[usualProposal] }: GivenSettings): Proposal | undefined =>
  proposalNames.find((each) => proposals[each] === method)
