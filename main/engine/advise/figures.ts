// How well a run did on its own test set, and whether there was more to have.
import { byFigure, ownEvaluations } from '../../contract/records.ts'
import { headlineOf, metricTitle } from '../../contract/metrics.ts'
import { percent } from '../../contract/numbers.ts'
import { scoresLabels } from '../task/index.ts'
import type { Evidence } from './rule.ts'

export interface Figures {
  readonly noPrompt: number
  readonly tuned: number
  /** Held-out rows. */
  readonly rows: number
  /** Guessing among the labels; 0 where the task has none. */
  readonly chance: number
  /** What they are of, at the start of a sentence: "Right answers are", "The mean grade (token F1) is". */
  readonly named: string
}

/** Good enough that no advice is needed. */
const good = 0.9
/** Of what was wrong before, a run that went well puts right at least this share. */
const expected = 0.5

/** Undefined where the run was not evaluated. */
export function figuresOf({ run, labels, evaluations }: Evidence): Figures | undefined {
  const { noPrompt, tuned } = byFigure(ownEvaluations(run, evaluations), (each) => each)
  if (!noPrompt || !tuned) return undefined
  const chance = labels.length > 1 ? 1 / labels.length : 0
  const named = scoresLabels(run.settings) ? 'Right answers:' : `Mean ${metricTitle(tuned.headline)}:`
  return { noPrompt: headlineOf(noPrompt), tuned: headlineOf(tuned), rows: tuned.rows, chance, named }
}

/** Its figures, where it was evaluated and tuning has put right less than half of what was wrong without a prompt. */
export function poorFigures(evidence: Evidence): Figures | undefined {
  const figures = figuresOf(evidence)
  if (!figures || figures.tuned >= good) return undefined
  const before = Math.max(figures.noPrompt, figures.chance)
  return (figures.tuned - before) / (1 - before) < expected ? figures : undefined
}

/** True for an accuracy that guessing could have had: within two standard errors of it, or five points. */
export function isNearChance(accuracy: number, { chance, rows }: Figures): boolean {
  const error = Math.sqrt((chance * (1 - chance)) / Math.max(1, rows))
  return chance > 0 && accuracy <= chance + Math.max(0.05, 2 * error)
}

/** Both accuracies in a sentence. */
export const stated = ({ noPrompt, tuned, rows, named }: Figures): string =>
  `${named} ${percent(tuned)} with the tuned prompt and ${percent(noPrompt)} without a prompt (${String(rows)} test rows)`

/** Three digits, without the zeros behind them. */
export const short = (value: number): string => String(Number(value.toPrecision(3)))

/** Characters of a quote at most. */
const maxQuote = 120

/** The text in quotes, its end left out where it is long. */
export const quoted = (text: string): string =>
  `“${text.length > maxQuote ? `${text.slice(0, maxQuote).trimEnd()} …` : text}”`
