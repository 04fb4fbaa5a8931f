// A poor result on a small base model: those may need more virtual tokens.
import { poorFigures, stated } from '../figures.ts'
import type { Rule } from '../rule.ts'
import { tooFewTokens } from './too-few-tokens.ts'

const small = 1e9
const most = 32

export const smallModel: Rule = (evidence) => {
  const { parameters, run } = evidence
  const { tokens } = run.settings
  const figures = poorFigures(evidence)
  if (!figures || parameters >= small || tokens >= most || tooFewTokens(evidence)) return undefined
  const more = Math.min(most, tokens * 2)
  const millions = Math.max(1, Math.round(parameters / 1e6))
  return {
    evidence: `${stated(figures)}; the base model is small (${String(millions)} million parameters), and ${String(tokens)} virtual tokens had to be enough.`,
    change: `Take ${String(more)} virtual tokens instead of ${String(tokens)}, or a larger base model.`,
    settings: { tokens: more },
  }
}
