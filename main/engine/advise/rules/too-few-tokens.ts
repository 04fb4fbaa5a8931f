// A poor result from fewer virtual tokens than is usual, or than the task has labels.
import { poorFigures, stated } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** The usual range of virtual tokens. */
const [minTokens, maxTokens] = [8, 32]

export const tooFewTokens: Rule = (evidence) => {
  const { labels, run } = evidence
  const { tokens } = run.settings
  const figures = poorFigures(evidence)
  const needed = Math.min(maxTokens, Math.max(minTokens, labels.length))
  if (!figures || tokens >= needed) return undefined
  const more = [minTokens, 16, maxTokens].find((count) => count >= Math.max(needed, 2 * tokens)) ?? maxTokens
  const reason =
    tokens < minTokens
      ? `${String(minTokens)} to ${String(maxTokens)} are usual`
      : `the task has ${String(labels.length)} labels`
  return {
    evidence: `${stated(figures)} and ${String(tokens)} virtual tokens; ${reason}.`,
    change: `Take ${String(more)} virtual tokens instead of ${String(tokens)}.`,
    settings: { tokens: more },
  }
}
