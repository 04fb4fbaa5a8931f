// The training set has too few rows for its labels.
import { figuresOf, stated } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** Training rows of a label below which it is a matter of luck which ones they are. */
const perLabel = 10
const good = 0.9
/** Virtual tokens to advise where rows are few. */
const fewTokens = 8

export const tooFewRows: Rule = (evidence) => {
  const { rows, labels, run } = evidence
  const { tokens, learningRate } = run.settings
  const figures = figuresOf(evidence)
  if (!figures || figures.tuned >= good || labels.length === 0 || rows.train >= perLabel * labels.length)
    return undefined
  const takesFewer = tokens > fewTokens
  return {
    evidence: `${String(rows.train)} rows to learn ${String(labels.length)} labels from are fewer than ${String(perLabel)} a label. ${stated(figures)}.`,
    change: takesFewer
      ? `More rows help most. With these, take ${String(fewTokens)} virtual tokens instead of ${String(tokens)}: fewer numbers to learn from few rows.`
      : `More rows help most. With these, halve the learning rate, so that single rows count for less.`,
    settings: takesFewer ? { tokens: fewTokens } : { learningRate: learningRate / 2 },
  }
}
