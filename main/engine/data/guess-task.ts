// Guesses what kind of answers a table holds: labels to choose from, short answers about a context, or texts to write.
import type { TaskName } from '../../contract/settings.ts'
import { objectOf } from '../metrics/fields.ts'

/** Labels are words, not passages. Characters, on average. */
const longestLabels = 60
/** How often each label stands in the rows, on average, at the least. */
const minRepeats = 2

/**
 * The rule, first to last: answers that are JSON objects (most of them) are written; answers that are short and each
 * stand in two rows or more on average are labels; where there is a context, answers are about it; all others are
 * written. `answers` are some rows' cells, empty ones do not count; without any there is nothing but labels to go by.
 */
export function guessTask(answers: readonly string[], hasContext: boolean): TaskName {
  const said = answers.map((answer) => answer.trim()).filter((answer) => answer !== '')
  if (said.filter((answer) => objectOf(answer) !== undefined).length * 2 > said.length) return 'generation'
  const characters = said.reduce((sum, { length }) => sum + length, 0)
  const areShort = characters <= longestLabels * said.length
  if (areShort && new Set(said).size * minRepeats <= said.length) return 'classification'
  return hasContext ? 'answering' : 'generation'
}
