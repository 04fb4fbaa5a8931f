// Checks: answers and texts that other programs write where a value is missing.
import { visible } from '../invisible.ts'
import { listOf, rowsThat } from '../../../contract/words/counts.ts'
import { type Check, type CheckedRow, inOrder, rowsByLabel } from './check.ts'

/** What spreadsheets, pandas, R, SQL and people write for no value; in lower case. */
const words = new Set([
  'nan',
  '-nan',
  'none',
  'null',
  'nil',
  'n/a',
  'na',
  '<na>',
  '#n/a',
  '#n/a n/a',
  '#na',
  '#null!',
  '#value!',
  '#ref!',
  '#name?',
  '#div/0!',
  '#num!',
  '\\n',
  'undefined',
  '(null)',
  '(none)',
  '(blank)',
  '-',
  '--',
  '---',
  '–',
  '—',
  '?',
  '.',
])

/** Whether the text stands for no value, or has nothing to be seen. An empty text is another check's. */
export function isMissing(text: string): boolean {
  const seen = visible(text).trim()
  return seen === '' ? text.trim() !== '' : seen.length <= 10 && words.has(seen.normalize('NFKC').toLowerCase())
}

const advice =
  'Other programs write such words where a value is missing. Where they are real, leave them; you can look at the rows first.'

export const missingLabels: Check = () => {
  const { rows, see } = rowsByLabel()
  return {
    see,
    finish() {
      const labels = [...rows.keys()].filter(isMissing)
      if (labels.length === 0) return undefined
      const found = inOrder(labels.flatMap((label) => rows.get(label) ?? []))
      return {
        rows: found,
        title: `${rowsThat(found.length, 'has an answer that', 'have an answer that')} may stand for no answer: ${listOf(labels)}`,
        explanation: `${advice} Otherwise the model learns to answer with them. The fix excludes the rows.`,
        fix: { kind: 'exclude', button: 'Exclude them' },
      }
    },
  }
}

export const missingTexts: Check = () => {
  const rows: number[] = []
  const words = new Set<string>()
  return {
    see({ row, text }: CheckedRow) {
      if (!isMissing(text)) return
      rows.push(row)
      if (words.size < 6) words.add(visible(text).trim())
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsThat(rows.length, 'has a text that', 'have a text that')} may stand for no text: ${listOf([...words])}`,
            explanation: `${advice} The fix excludes the rows.`,
            fix: { kind: 'exclude', button: 'Exclude them' },
          },
  }
}
