// Guesses what kind of answers a table holds: labels to choose from, short answers about a text, or texts to write.
import type { TaskName } from '../../contract/settings.ts'
import { objectOf } from '../metrics/fields.ts'
import { plainWords, standsIn } from './found-in.ts'
import { type GuessedRoles, isChat } from './roles.ts'

/** Characters of a label at most, on average: labels are words, not passages. */
const maxLabelCharacters = 60
/** Rows of each label at least, on average; and where the answers look like those of questions, which may repeat by chance. */
const minRepeats = 2
const minRepeatsOfAnswers = 5

/** A row's text, with its context, and its answer. */
export interface TextAndAnswer {
  readonly text: string
  readonly answer: string
}

/**
 * The rule, in this order: where most answers are JSON objects, the task is generation; where answers are short and each
 * occurs in several rows on average, they are labels: in 2, or in 5 where the table has a context or most answers stand
 * in their texts; where it has a context or most answers stand in their texts, the task is question answering; else it is
 * generation. Rows without an answer do not count; where there are no others, the task is classification.
 */
export function guessTask(rows: readonly TextAndAnswer[], hasContext: boolean): TaskName {
  const given = rows.map(({ text, answer }) => ({ text, answer: answer.trim() })).filter(({ answer }) => answer !== '')
  const most = (test: (row: TextAndAnswer) => boolean): boolean => given.filter(test).length * 2 > given.length
  if (most(({ answer }) => objectOf(answer) !== undefined)) return 'generation'
  const characters = given.reduce((sum, { answer }) => sum + answer.length, 0)
  const areShort = characters <= maxLabelCharacters * given.length
  const areFound = areShort && most(({ text, answer }) => standsIn(plainWords(answer), plainWords(text)))
  const different = new Set(given.map(({ answer }) => answer)).size
  const atLeast = hasContext || areFound ? minRepeatsOfAnswers : minRepeats
  if (areShort && different * atLeast <= given.length) return 'classification'
  return hasContext || areFound ? 'answering' : 'generation'
}

/** The same for some rows of a table, whose cells align with `columns`. */
export function guessTaskOf(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { text, label, context }: GuessedRoles,
): TaskName {
  const [textAt, labelAt, contextAt] = [text, label, context].map((column) => columns.indexOf(column))
  const cell = (cells: readonly string[], at = -1): string => cells[at] ?? ''
  return guessTask(
    rows.map((cells) => ({ text: `${cell(cells, textAt)} ${cell(cells, contextAt)}`, answer: cell(cells, labelAt) })),
    context !== '' && !isChat({ text, label }),
  )
}
