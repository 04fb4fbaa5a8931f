// The validation loss turned while the training loss went on falling: the prompt learned its rows by heart.
import { trainingLossAt } from '../curve.ts'
import { figuresOf, short } from '../figures.ts'
import type { Evidence, Finding, Rule } from '../rule.ts'

/** Validation that ends this much above its best has turned. */
const turned = 1.1
/** Good enough that what was learned by heart did no harm. */
const good = 0.95
/** So many validations behind the best one, or it may have been luck. */
const behind = 2

export const overFitting: Rule = (evidence) => {
  const { validations } = evidence
  if ((figuresOf(evidence)?.tuned ?? 0) >= good) return undefined
  const at = validations.findLastIndex(({ best }) => best)
  const [best, last] = [validations[at], validations.at(-1)]
  if (!best || !last || best.step === 0 || validations.length - 1 - at < behind) return undefined
  const [then, now] = [trainingLossAt(evidence, best.step), trainingLossAt(evidence, last.step)]
  if (last.loss < turned * best.loss || last.loss - best.loss < 0.02 || now >= then) return undefined
  return {
    evidence: `The validation loss was best at step ${String(best.step)} (${short(best.loss)}) and rose to ${short(last.loss)}, while the training loss went on from ${short(then)} to ${short(now)}.`,
    ...remedy(evidence),
  }
}

const minTokens = 8

/** The best prompt on validation is kept already, so an earlier end would change nothing: there must be less to learn by heart with. */
function remedy({ run: { settings } }: Evidence): Pick<Finding, 'change' | 'settings'> {
  const { tokens, weightDecay } = settings
  if (tokens > minTokens) {
    const fewer = Math.max(minTokens, Math.floor(tokens / 2))
    return { change: `Take ${String(fewer)} virtual tokens instead of ${String(tokens)}.`, settings: { tokens: fewer } }
  }
  const decay = weightDecay > 0 ? Math.min(1, weightDecay * 3) : 0.1
  return {
    change: `Use a weight decay of ${short(decay)}.`,
    settings: { weightDecay: decay },
  }
}
