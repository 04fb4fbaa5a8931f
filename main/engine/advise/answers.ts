// What the tuned prompt's answers to rows that it never saw say of the rows.
import type { ScoredRow } from '../../contract/compute.ts'

/** Probability of an answer from which on a disagreement speaks against the row's label (Northcutt et al. 2021). */
const sure = 0.9

/** Whether the right answer itself is doubtful: the prompt never saw the row, and answers with another label, surely. */
export const isOverlooked = ({ label, predicted, logProbabilities }: ScoredRow): boolean =>
  label !== predicted && logProbabilities.length > 0 && Math.exp(Math.max(...logProbabilities)) >= sure
