// Rows whose right answer is probably wrong: the prompt, which never saw them, surely gives another.
import { percent } from '../../../contract/numbers.ts'
import { isOverlooked } from '../answers.ts'
import { figuresOf } from '../figures.ts'
import type { Rule } from '../rule.ts'

/** A prompt that is right less often than this is no judge of labels. */
const trustworthy = 0.7

export const wrongLabels: Rule = (evidence) => {
  const { answers } = evidence
  const doubtful = answers.filter(isOverlooked)
  if (doubtful.length === 0 || (figuresOf(evidence)?.tuned ?? 0) < trustworthy) return undefined
  const groups = [...Map.groupBy(doubtful, ({ label, predicted }) => JSON.stringify([label, predicted])).values()]
  const one = doubtful.length === 1
  return {
    evidence: `${one ? '1 test row is' : `${String(doubtful.length)} test rows are`} answered with another label with at least 90 % confidence, by a prompt that never saw ${one ? 'it' : 'them'} (${percent(doubtful.length / answers.length, 1)} of the test rows).`,
    change: `Look whether ${one ? 'its label is' : 'their labels are'} right, and correct what is wrong: the figures count ${one ? 'it' : 'them'} against the prompt.`,
    settings: {},
    gain: doubtful.length / answers.length,
    rows: {
      groups: groups.flatMap((some) =>
        some[0] ? [{ label: some[0].label, predicted: some[0].predicted, rows: some.map(({ row }) => row) }] : [],
      ),
    },
  }
}
