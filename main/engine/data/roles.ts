// Guesses which column holds the texts and which the answers, from the columns' names and their first rows.

export interface GuessedRoles {
  readonly text: string
  /** '' where the table has one column only. */
  readonly label: string
}

const textNames = [
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
]
const labelNames = [
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
]

/** What a column looks like. */
interface Looks {
  readonly name: string
  readonly meanLength: number
  /** Different values among those that are not empty, as a share. */
  readonly distinct: number
  readonly values: number
  readonly numeric: boolean
}

/** A name that is the word scores 1, one that holds it a half. */
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
    numeric: cells.length > 0 && cells.every((cell) => /^[-+]?[\d\s.,]+$/.test(cell)),
  }
}

/** Long and ever different: a text. */
const textScore = ({ name, meanLength, distinct, numeric }: Looks): number =>
  3 * named(name, textNames) + Math.min(2, meanLength / 30) + distinct - (numeric ? 2 : 0)

/** Short and often the same: a label. */
const labelScore = ({ name, meanLength, distinct, values }: Looks): number =>
  3 * named(name, labelNames) + (values >= 2 ? 2 * (1 - distinct) : -2) + (meanLength <= 30 ? 1 : -1)

/** `columns` has at least one name; `rows` align with it. */
export function guessRoles(columns: readonly string[], rows: readonly (readonly string[])[]): GuessedRoles {
  const looks = columns.map((name, at) => look(name, at, rows))
  let best: { readonly text: string; readonly label: string; readonly score: number } | undefined
  for (const text of looks)
    for (const label of looks) {
      if (text === label) continue
      const score = textScore(text) + labelScore(label)
      if (!best || score > best.score) best = { text: text.name, label: label.name, score }
    }
  return best ? { text: best.text, label: best.label } : { text: columns[0] ?? '', label: '' }
}
