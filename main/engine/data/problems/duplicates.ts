// Check: the same text with the same label more than once.
import { createKeyIndex } from '../key-index.ts'
import { rowsThat } from '../../../contract/words/counts.ts'
import type { Check } from './check.ts'

/** A text's number times this and a label's number make one key of at most 53 bits. */
const MAX_LABELS = 2 ** 26

export const duplicates: Check = () => {
  const pairs = createKeyIndex()
  const rows: number[] = []
  return {
    see({ row, text, textNumber, labelNumber }) {
      if (text.trim() === '') return
      const before = pairs.size
      if (pairs.of(textNumber * MAX_LABELS + labelNumber) < before) rows.push(row)
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsThat(rows.length, 'repeats', 'repeat')} an earlier one`,
            explanation:
              'The same text with the same answer counts double and teaches nothing new. The fix excludes the duplicates and keeps the first of each.',
            fix: { kind: 'exclude', button: 'Exclude the duplicates' },
          },
  }
}
