// The validation loss rose while the training loss went on falling: the prompt memorised its rows.
import { trainingLossAt } from '../curve.ts'
import { figuresOf, short } from '../figures.ts'
import type { Evidence, Finding, Rule } from '../rule.ts'

/** A validation loss that ends at this many times its best has risen. */
const risen = 1.1
/** Good enough that memorising did no harm. */
const good = 0.95
/** Validations after the best one at least, or the rise may be chance. */
const minAfterBest = 2

export const overFitting: Rule = (evidence) => {
  const { validations } = evidence
  if ((figuresOf(evidence)?.tuned ?? 0) >= good) return undefined
  const at = validations.findLastIndex(({ best }) => best)
  const [best, last] = [validations[at], validations.at(-1)]
  if (!best || !last || best.step === 0 || validations.length - 1 - at < minAfterBest) return undefined
  const [then, now] = [trainingLossAt(evidence, best.step), trainingLossAt(evidence, last.step)]
  if (last.loss < risen * best.loss || last.loss - best.loss < 0.02 || now >= then) return undefined
  return {
    evidence: `The validation loss was best at step ${String(best.step)} (${short(best.loss)}) and rose to ${short(last.loss)}, while the training loss went on from ${short(then)} to ${short(now)}.`,
    ...remedy(evidence),
  }
}

/** Fewer virtual tokens are not advised. */
const minTokens = 8

/** The run keeps its best prompt, so stopping earlier would change nothing: fewer parameters, or smaller ones, memorise less. */
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
