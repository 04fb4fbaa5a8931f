// Guesses which column holds the texts, which the answers and which a context, from the columns' names and first rows.

import { objectOf } from '../metrics/fields.ts'
import { chatColumns } from './chat/columns.ts'

export interface GuessedRoles {
  readonly text: string
  /** '' where the table has one column only. */
  readonly label: string
  /** What the texts ask about; '' where no column looks like it. */
  readonly context: string
}

export const textNames = [
  'text',
  'message',
  'sentence',
  'question',
  'review',
  'body',
  'content',
  'input',
  'prompt',
  'comment',
  'title',
  'description',
  'query',
  'utterance',
  'instruction',
]
export const labelNames = [
  'label',
  'category',
  'class',
  'intent',
  'team',
  'topic',
  'sentiment',
  'answer',
  'target',
  'output',
  'tag',
  'type',
  'queue',
  'department',
  'summary',
  'response',
  'completion',
  'reply',
  'json',
  'fields',
]
export const contextNames = [
  'context',
  'passage',
  'paragraph',
  'document',
  'article',
  'background',
  'evidence',
  'story',
]
const questionNames = ['question', 'query']

/** What a column looks like. */
interface Looks {
  readonly name: string
  readonly meanLength: number
  /** Different values among those that are not empty, as a share. */
  readonly distinct: number
  readonly values: number
  readonly numeric: boolean
  /** Cells that are not empty, as a share. */
  readonly filled: number
  /** Cells that end with a question mark, as a share. */
  readonly questions: number
  /** Cells that are JSON objects, as a share: those are answers, not texts. */
  readonly objects: number
}

/** 1 where the name is one of the words, a half where it contains one. */
function named(name: string, words: readonly string[]): number {
  const plain = name.toLowerCase().trim()
  if (words.includes(plain)) return 1
  return plain.split(/[^\p{L}\p{N}]+/u).some((part) => words.includes(part)) ? 0.5 : 0
}

function look(name: string, at: number, rows: readonly (readonly string[])[]): Looks {
  const cells = rows.map((row) => (row[at] ?? '').trim()).filter((cell) => cell !== '')
  const different = new Set(cells).size
  return {
    name,
    meanLength: cells.reduce((sum, { length }) => sum + length, 0) / Math.max(1, cells.length),
    distinct: different / Math.max(1, cells.length),
    values: different,
    filled: cells.length / Math.max(1, rows.length),
    numeric: cells.length > 0 && cells.every((cell) => /^[-+]?[\d\s.,]+$/.test(cell)),
    objects: cells.filter((cell) => objectOf(cell) !== undefined).length / Math.max(1, cells.length),
    questions: cells.filter((cell) => cell.endsWith('?')).length / Math.max(1, cells.length),
  }
}

/** How much a column looks like texts: long, all different, or questions. */
const textScore = ({ name, meanLength, distinct, numeric, questions, objects }: Looks): number =>
  3 * named(name, textNames) + Math.min(2, meanLength / 30) + distinct + 2 * questions - 3 * objects - (numeric ? 2 : 0)

/** How much a column looks like answers: short and often the same, or objects with fields. */
const labelScore = ({ name, meanLength, distinct, values, objects }: Looks): number =>
  3 * named(name, labelNames) + 3 * objects + (values >= 2 ? 2 * (1 - distinct) : -2) + (meanLength <= 30 ? 1 : -1)

/** `columns` has at least one name; `rows` align with it. */
export function guessRoles(columns: readonly string[], rows: readonly (readonly string[])[]): GuessedRoles {
  const looks = columns.map((name, at) => look(name, at, rows))
  const chat = { text: chatColumns.user, label: chatColumns.assistant }
  // Elsewhere, such as in a list of tickets, "user" is a person's name.
  if (
    looks.some(({ name }) => name === chat.text) &&
    looks.some(({ name, filled }) => name === chat.label && filled > 0)
  )
    return { ...chat, context: contextOf(looks, chat) }
  let best: { readonly text: string; readonly label: string; readonly score: number } | undefined
  for (const text of looks)
    for (const label of looks) {
      if (text === label) continue
      const score = textScore(text) + labelScore(label)
      if (!best || score > best.score) best = { text: text.name, label: label.name, score }
    }
  return best
    ? { text: best.text, label: best.label, context: contextOf(looks, best) }
    : { text: columns[0] ?? '', label: '', context: '' }
}

/** Whether the roles are those of a chat, in which an answer is not to be found in its context. */
export const isChat = ({ text, label }: Omit<GuessedRoles, 'context'>): boolean =>
  text === chatColumns.user && label === chatColumns.assistant

/**
 * The column whose name most says context, where the texts are questions; in a chat, the earlier turns where most rows
 * have some. Else ''.
 */
function contextOf(looks: readonly Looks[], { text, label }: Omit<GuessedRoles, 'context'>): string {
  if (isChat({ text, label }))
    return looks.find(({ name, filled }) => name === chatColumns.earlier && filled > 0.5)?.name ?? ''
  const texts = looks.find(({ name }) => name === text)
  if (!texts || (texts.questions < 0.5 && named(text, questionNames) === 0)) return ''
  const [likeliest] = looks
    .filter(({ name }) => name !== text && name !== label && named(name, contextNames) > 0)
    .sort((a, b) => named(b.name, contextNames) - named(a.name, contextNames))
  return likeliest?.name ?? ''
}
