// Check: the same text with the same label more than once.
import { type Check, rowsOf, textKey } from './check.ts'

export const duplicates: Check = () => {
  const seen = new Set<string>()
  const rows: number[] = []
  return {
    see({ row, text, label }) {
      if (text.trim() === '') return
      const key = `${textKey(text)} ${label}`
      if (seen.has(key)) rows.push(row)
      else seen.add(key)
    },
    finish: () =>
      rows.length === 0
        ? undefined
        : {
            rows,
            title: `${rowsOf(rows.length)} repeat an earlier one`,
            explanation:
              'The same text with the same answer counts double and teaches nothing new. The fix excludes the repetitions and keeps the first of each.',
            fix: { kind: 'exclude', button: 'Exclude the repetitions' },
          },
  }
}
