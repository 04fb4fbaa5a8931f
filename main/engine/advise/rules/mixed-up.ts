// Two labels that the tuned prompt takes for each other more often than any others.
import type { ScoredRow } from '../../../contract/compute.ts'
import { percent } from '../../../contract/numbers.ts'
import { rowsOf } from '../../../contract/words/counts.ts'
import { isOverlooked } from '../answers.ts'
import type { Rule } from '../rule.ts'

/** Test rows that two labels must share, and their share of all wrong answers, before they are worth a look. */
const [minRows, minShare] = [3, 0.15]

export const mixedUp: Rule = ({ answers, labels }) => {
  // Among two labels every wrong answer mixes them up.
  if (labels.length < 3) return undefined
  const wrong = answers.filter(({ label, predicted }) => label !== predicted)
  const pairs = Map.groupBy(wrong, ({ label, predicted }) => JSON.stringify([label, predicted].toSorted()))
  const [most] = [...pairs.values()].toSorted((a, b) => b.length - a.length)
  const first = most?.[0]
  if (!most || !first || most.length < minRows || most.length < minShare * wrong.length) return undefined
  const [one, other] = [first.label, first.predicted].toSorted() as [string, string]
  const of = (label: string): number => most.filter((each) => each.label === label).length
  const gain = most.filter((row) => !isOverlooked(row)).length / answers.length
  return {
    evidence:
      `${String(most.length)} of ${String(wrong.length)} wrong answers mix up “${one}” and “${other}”: ${rowsOf(of(one))} of “${one}” and ${rowsOf(of(other))} of “${other}”. ` +
      `They are ${percent(most.length / answers.length)} of the test rows.`,
    change: `Look at these rows side by side: say in the instruction what tells “${one}” from “${other}”, add rows of both, or make one label of them.`,
    settings: {},
    gain,
    rows: { groups: groupsOf(most) },
  }
}

const groupsOf = (rows: readonly ScoredRow[]) =>
  [...Map.groupBy(rows, ({ label }) => label).values()].flatMap(([first]) =>
    first ? [{ label: first.label, predicted: first.predicted }] : [],
  )
