// A poor result from fewer virtual tokens than is usual, or than the task has labels.
import { poorFigures, stated } from '../figures.ts'
import type { Rule } from '../rule.ts'

const minimum = 8
const most = 32

export const tooFewTokens: Rule = (evidence) => {
  const { labels, run } = evidence
  const { tokens } = run.settings
  const figures = poorFigures(evidence)
  const needed = Math.min(most, Math.max(minimum, labels.length))
  if (!figures || tokens >= needed) return undefined
  const more = [minimum, 16, most].find((count) => count >= Math.max(needed, 2 * tokens)) ?? most
  const reason =
    tokens < minimum
      ? `${String(minimum)} to ${String(most)} are usual`
      : `the task has ${String(labels.length)} labels`
  return {
    evidence: `${stated(figures)} and ${String(tokens)} virtual tokens; ${reason}.`,
    change: `Take ${String(more)} virtual tokens instead of ${String(tokens)}.`,
    settings: { tokens: more },
  }
}
