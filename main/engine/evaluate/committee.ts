// A committee: several prompts answer as one, by the mean of their probabilities for each label (soft voting).
import type { ScoredRow } from '../../contract/compute.ts'
import type { CommitteeFigures } from '../../contract/methods/committees.ts'
import type { Band } from '../../contract/methods/sweeps.ts'
import { inPercent, percent, points } from '../../contract/numbers.ts'
import type { Verdict, VerdictKind } from '../../contract/service.ts'
import { grouped, rowsOf } from '../../contract/words/counts.ts'
import { subjectWords } from '../../contract/words/subjects.ts'
import { mean } from '../statistics.ts'
import { best } from './best.ts'

/** log of the mean probability of each label: [members][labels] -> [labels]. Of one member it is its own, bit for bit. */
export function meanProbabilities(members: readonly (readonly number[])[]): number[] {
  const [first = []] = members
  return first.map((_, label) => {
    const values = members.map((logProbabilities) => logProbabilities[label] ?? -Infinity)
    const top = Math.max(...values)
    return top === -Infinity ? top : top + Math.log(mean(values.map((value) => Math.exp(value - top))))
  })
}

export interface TogetherRow extends Omit<ScoredRow, 'metrics'> {
  /** How many members give this answer by themselves. */
  readonly agreeing: number
}

/** The committee's answer to a row that each member has answered; the likeliest label, the first one of equals. */
export function answerTogether(labels: readonly string[], members: readonly Omit<ScoredRow, 'metrics'>[]): TogetherRow {
  const [{ row, label } = { row: 0, label: '' }] = members
  const logProbabilities = meanProbabilities(members.map((each) => each.logProbabilities))
  const predicted = labels[best(logProbabilities)] ?? ''
  const agreeing = members.filter((each) => each.predicted === predicted).length
  return { row, label, predicted, logProbabilities, agreeing }
}

const kinds: Readonly<Record<VerdictKind, string>> = {
  better: 'Better than',
  worse: 'Worse than',
  'cannot tell': 'Cannot be told from',
}

const comparison = (than: string, { kind, other, difference, low, high }: Verdict): string =>
  `${kinds[kind]} ${than} (${percent(other, 1)}): ${points(difference)} points (95 % interval ${points(low)} to ${points(high)}).`

const bandOf = ({ mean, low, high }: Band): string =>
  `${percent(mean, 1)} (95 % interval ${inPercent(low)} to ${inPercent(high)})`

/** What came of it: how often they are right, against what, and whether their agreement says something. */
export function committeeSentence({
  rows,
  band,
  members,
  agreed,
  disputed,
  rival,
  best: single,
}: Omit<CommitteeFigures, 'sentence' | 'headline' | 'metrics' | 'trust'>): string {
  const figure = `${bandOf(band)} of ${rowsOf(rows)} are right`
  const others = members.length > 1 ? [comparison(`the best of them alone, “${single.name}”`, single.verdict)] : []
  const apart =
    disputed.rows > 0
      ? `They disagree on ${rowsOf(disputed.rows)}, of which ${percent(disputed.right / disputed.rows)} are right; of the other ${grouped(agreed.rows)}, ${percent(agreed.right / Math.max(1, agreed.rows))} are.`
      : 'They agree on every row.'
  return [
    `${members.length > 1 ? `The ${members.length} together` : 'Alone'}: ${figure}.`,
    ...(rival ? [comparison(subjectWords[rival.rival].inText, rival)] : []),
    ...others,
    ...(members.length > 1 ? [apart] : []),
  ].join(' ')
}
