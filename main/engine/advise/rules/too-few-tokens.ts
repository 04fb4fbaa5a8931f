// A poor result from fewer virtual tokens than is usual, or than the task has labels.
import { poorFigures, told } from '../figures.ts'
import type { Rule } from '../rule.ts'

const fewest = 8
const most = 32

export const tooFewTokens: Rule = (evidence) => {
  const { labels, run } = evidence
  const { tokens } = run.settings
  const figures = poorFigures(evidence)
  const needed = Math.min(most, Math.max(fewest, labels.length))
  if (!figures || tokens >= needed) return undefined
  const more = [fewest, 16, most].find((count) => count >= Math.max(needed, 2 * tokens)) ?? most
  const reason =
    tokens < fewest ? `${String(fewest)} to ${String(most)} are usual` : `the task has ${String(labels.length)} labels`
  return {
    evidence: `${told(figures)} and ${String(tokens)} virtual tokens; ${reason}.`,
    change: `Take ${String(more)} virtual tokens instead of ${String(tokens)}.`,
    settings: { tokens: more },
  }
}
