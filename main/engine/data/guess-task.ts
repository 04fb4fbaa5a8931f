// Guesses what kind of answers a table holds: labels to choose from, short answers about a context, or texts to write.
import type { TaskName } from '../../contract/settings.ts'
import { objectOf } from '../metrics/fields.ts'

/** Characters of a label at most, on average: labels are words, not passages. */
const maxLabelCharacters = 60
/** Rows of each label at least, on average. */
const minRepeats = 2

/**
 * The rule, in this order: where most answers are JSON objects, the task is generation; where answers are short and each
 * occurs in two rows or more on average, they are labels; where the table has a context, the task is question answering;
 * else it is generation. `answers` are the cells of some rows, of which empty ones do not count; without any, the answer
 * is classification.
 */
export function guessTask(answers: readonly string[], hasContext: boolean): TaskName {
  const given = answers.map((answer) => answer.trim()).filter((answer) => answer !== '')
  if (given.filter((answer) => objectOf(answer) !== undefined).length * 2 > given.length) return 'generation'
  const characters = given.reduce((sum, { length }) => sum + length, 0)
  const areShort = characters <= maxLabelCharacters * given.length
  if (areShort && new Set(given).size * minRepeats <= given.length) return 'classification'
  return hasContext ? 'answering' : 'generation'
}
