// Check: the same text with different labels.
import { type Check, rowsOf, textKey } from './check.ts'

interface First {
  readonly row: number
  readonly label: string
  told: boolean
}

export const conflicts: Check = () => {
  const firsts = new Map<number, First>()
  const rows: number[] = []
  return {
    see({ row, text, label }) {
      if (text.trim() === '' || label === '') return
      const key = textKey(text)
      const first = firsts.get(key)
      if (!first) firsts.set(key, { row, label, told: false })
      else if (first.told || first.label !== label) {
        if (!first.told) rows.push(first.row)
        first.told = true
        rows.push(row)
      }
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows: rows.sort((a, b) => a - b),
            title: `${rowsOf(rows.length)} have the same text as another but a different answer`,
            explanation:
              'No model can get both right. Look at them and correct the wrong answers; only you know which are right.',
            fix: undefined,
          },
  }
}
