// Sentences about cross-validation, and about what a number of test rows can show.
import { count, inPercent, percent } from '../numbers.ts'
import type { Power } from '../power.ts'

const shares: Readonly<Record<number, string>> = {
  3: 'two thirds',
  4: 'three quarters',
  5: 'four fifths',
  10: 'nine tenths',
}

/** The share of the rows that the prompt of a fold is tuned on. */
const shareOf = (folds: number): string => shares[folds] ?? percent((folds - 1) / folds)

/**
 * What a cross-validated verdict rests on, and what its interval assumes. `rows`: those that the kept prompt is tuned on.
 * Drawing folds instead of rows would not mend the interval: five of them say little of how folds vary, and no estimate of
 * that variance is unbiased (Bengio & Grandvalet 2004).
 */
export const judgesSentence = (folds: number, rows: number): string =>
  `Judged by ${count(folds)} prompts tuned on ${shareOf(folds)} of the rows each, none of which saw the rows that it answered; the prompt that you keep is tuned on all ${count(rows)} rows. The interval takes the rows for independent of each other; as each prompt answers many of them, and the prompts share most of what they learned from, it may be somewhat too narrow.`

/** The same before a run. */
export const foldsSentence = (folds: number, rows: number): string =>
  `${count(rows)} rows are few, so all of them serve for the test (${count(folds)}-fold cross-validation): ${count(folds)} prompts are tuned beside yours, each on ${shareOf(folds)} of the rows, and answer the rows that they have not seen. The prompt that you keep is tuned on all ${count(rows)}.`

/** What differences so many test rows can show: of 80 of 100 runs with such a difference, the verdict tells. */
export function powerSentence({ rows, smallest, needed, asked }: Power): string {
  const some = rows === 1 ? '1 test row' : `${count(rows)} test rows`
  const wanted = `${count(needed)} would show ${inPercent(asked)} points`
  if (smallest === undefined) return `${some} cannot show any difference: ${wanted}.`
  const shown = `${some} show${rows === 1 ? 's' : ''} only differences above ${inPercent(smallest)} points`
  return smallest <= asked ? `${shown}.` : `${shown}; ${wanted}.`
}
