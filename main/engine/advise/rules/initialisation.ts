// A poor result from virtual tokens with a random start: text that names the task is a better initialisation.
import { poorFigures, quoted, stated } from '../figures.ts'
import type { Initialisation } from '../../../contract/settings.ts'
import type { Rule } from '../rule.ts'

const starts: Readonly<Record<Exclude<Initialisation, 'text' | 'labels'>, string>> = {
  random: 'random numbers',
  vocab: 'random words',
}

export const initialisation: Rule = (evidence) => {
  const { init, initText } = evidence.run.settings
  const figures = poorFigures(evidence)
  if (!figures || init === 'text' || init === 'labels') return undefined
  return {
    evidence: `${stated(figures)}, and the virtual tokens started from ${starts[init]}.`,
    change: `Start the virtual tokens from text: ${quoted(initText)}`,
    settings: { init: 'text' },
  }
}
