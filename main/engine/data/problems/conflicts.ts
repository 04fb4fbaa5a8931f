// Check: the same text with different labels.
import { rowsOf } from '../../../contract/words/counts.ts'
import { type Check, inOrder } from './check.ts'

const NOBODY = -1

export const conflicts: Check = () => {
  /** By a text's number: the row that came first with it, and its label. */
  const firstRow: number[] = []
  const firstLabel: number[] = []
  const found = new Set<number>()
  const rows: number[] = []
  return {
    see({ row, text, label, textNumber, labelNumber }) {
      if (text.trim() === '' || label === '') return
      while (firstRow.length <= textNumber) {
        firstRow.push(NOBODY)
        firstLabel.push(NOBODY)
      }
      if (firstRow[textNumber] === NOBODY) {
        firstRow[textNumber] = row
        firstLabel[textNumber] = labelNumber
      } else if (found.has(textNumber) || firstLabel[textNumber] !== labelNumber) {
        if (!found.has(textNumber)) rows.push(firstRow[textNumber] ?? row)
        found.add(textNumber)
        rows.push(row)
      }
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows: inOrder(rows),
            title: `${rowsOf(rows.length)} have the same text as another but a different answer`,
            explanation:
              'No model can get both right. Look at them and correct the wrong answers; only you know which are right.',
            fix: undefined,
          },
  }
}
