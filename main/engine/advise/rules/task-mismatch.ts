// Neither the base model nor the tuned prompt does better than chance: the prompt may not tell the model its task.
import { percent } from '../../../contract/numbers.ts'
import { taskOf } from '../../task/index.ts'
import { figuresOf, isNearChance, quoted, stated } from '../figures.ts'
import type { Evidence, Finding, Rule } from '../rule.ts'

export const taskMismatch: Rule = (evidence) => {
  const figures = figuresOf(evidence)
  if (!figures || !isNearChance(figures.noPrompt, figures) || !isNearChance(figures.tuned, figures)) return undefined
  const change = remedy(evidence)
  return change && { evidence: `${stated(figures)}; guessing would have ${percent(figures.chance)}.`, ...change }
}

/** The task in words, where the template has none; then its words as the beginning of the virtual tokens. */
function remedy({ run: { settings }, labels }: Evidence): Pick<Finding, 'change' | 'settings'> | undefined {
  const { template, initText } = settings
  const words = taskOf(settings).instruction(labels)
  if (template.instruction.trim() === '')
    return {
      change: `Tell the model the task in words: ${quoted(words)} Check as well that the column with the answers is the right one.`,
      settings: { template: { ...template, instruction: words } },
    }
  return initText === words
    ? undefined
    : { change: `Start the virtual tokens from the task’s words: ${quoted(words)}`, settings: { initText: words } }
}
