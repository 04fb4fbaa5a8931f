// A poor result on a small base model: small models may need more virtual tokens.
import { poorFigures, stated } from '../figures.ts'
import { isSmall } from './larger-model.ts'
import type { Rule } from '../rule.ts'
import { tooFewTokens } from './too-few-tokens.ts'

/** Virtual tokens up to which more of them are advised. */
const maxTokens = 32

export const smallModel: Rule = (evidence) => {
  const { parameters, run } = evidence
  const { tokens } = run.settings
  const figures = poorFigures(evidence)
  if (!figures || !isSmall(parameters) || tokens >= maxTokens || tooFewTokens(evidence)) return undefined
  const more = Math.min(maxTokens, tokens * 2)
  const millions = Math.max(1, Math.round(parameters / 1e6))
  return {
    evidence: `${stated(figures)}; the base model is small (${String(millions)} million parameters), and ${String(tokens)} virtual tokens had to be enough.`,
    change: `Take ${String(more)} virtual tokens instead of ${String(tokens)}.`,
    settings: { tokens: more },
  }
}
