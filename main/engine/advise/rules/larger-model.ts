// A small base model leaves answers wrong that a larger one may give.
import { figuresOf, stated } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** Parameters below which a model is small. */
export const isSmall = (parameters: number): boolean => parameters < 1e9

/** Good enough that the time of a larger model is not worth it. */
const good = 0.9

export const largerModel: Rule = (evidence) => {
  const { run, parameters } = evidence
  const figures = figuresOf(evidence)
  if (run.state !== 'finished' || !figures || figures.tuned >= good || !isSmall(parameters)) return undefined
  const millions = Math.max(1, Math.round(parameters / 1e6))
  return {
    evidence: `${stated(figures)}; the base model has ${String(millions)} million parameters.`,
    change: 'Tune these rows on a larger base model. A step takes longer in proportion to its parameters.',
    settings: {},
    place: 'models',
  }
}
