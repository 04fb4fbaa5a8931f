// What more rows would bring: by a learning curve from the run itself and two more on some of its training rows.
import type { ScoredRow } from '../../../contract/compute.ts'
import { inPercent, percent } from '../../../contract/numbers.ts'
import { joined } from '../../../contract/words/counts.ts'
import { figuresOf, stated } from '../figures.ts'
import { extrapolate } from '../learning-curve.ts'
import type { Finding, Rule } from '../rule.ts'

/** Good enough that the labour of more rows is not worth it. */
const good = 0.9
/** Fewer rows to learn from make no smaller runs. */
const minRows = 40
/** Shares of the training rows that smaller runs learn from. */
const shares = [0.25, 0.5] as const
/** Rows that somebody may label in an afternoon. */
const more = 200
/** Less is not worth them. */
const minGain = 0.01
/** Wrong answers of a label before it is named. */
const minWrong = 3

export const moreRows: Rule = (evidence) => {
  const { run, rows, smaller, answers } = evidence
  const figures = figuresOf(evidence)
  if (run.state !== 'finished' || !figures || figures.tuned >= good || rows.train < minRows) return undefined
  if (smaller.length < shares.length)
    return {
      evidence: `${stated(figures)}, after learning from ${String(rows.train)} rows.`,
      change: 'Measure what more rows would bring: tune once on a quarter and once on half of the training rows.',
      settings: {},
      shares,
    }
  const known = [...smaller, { train: rows.train, tuned: figures.tuned }].sort((a, b) => a.train - b.train)
  if (known.some(({ tuned }) => tuned === undefined)) return underWay
  const points = known.map(({ train, tuned = 0 }) => ({ rows: train, wrong: 1 - tuned }))
  const { gain, low, high } = extrapolate(points, more, figures.rows)
  if (gain < minGain) return undefined
  const weak = weakest(answers)
  return {
    evidence:
      `With ${joined(known.map(({ train }) => String(train)))} rows to learn from, ${joined(known.map(({ tuned = 0 }) => percent(tuned)))} were right. ` +
      `If that goes on, ${String(more)} more bring ${inPercent(gain)} points (95 % band: ${inPercent(low)} to ${inPercent(high)}).`,
    change: `Add about ${String(more)} rows${weak === undefined ? '' : `, most of them “${weak.label}”: ${String(weak.wrong)} of its ${String(weak.all)} test rows are answered wrongly`}.`,
    settings: {},
    gain,
  }
}

const underWay: Finding = {
  evidence: 'The runs on some of the training rows are not finished yet.',
  change: 'What more rows would bring is being measured.',
  settings: {},
}

/** The label with the most wrong answers. */
function weakest(answers: readonly ScoredRow[]) {
  const labels = Map.groupBy(answers, ({ label }) => label)
  const [worst] = [...labels]
    .map(([label, all]) => ({ label, all: all.length, wrong: all.filter((each) => each.predicted !== label).length }))
    .sort((a, b) => b.wrong - a.wrong)
  return worst && worst.wrong >= minWrong && worst.wrong < answers.length && labels.size > 1 ? worst : undefined
}
