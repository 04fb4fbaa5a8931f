// Checks: rows without a text, and rows without a label.
import { rowsThat } from '../../../contract/words/counts.ts'
import { type Check, type CheckedRow } from './check.ts'

const empty =
  (isEmpty: (row: CheckedRow) => boolean, what: string): Check =>
  () => {
    const rows: number[] = []
    return {
      see: (row) => void (isEmpty(row) && rows.push(row.row)),
      finish: () =>
        rows.length === 0
          ? undefined
          : {
              rows,
              title: `${rowsThat(rows.length, 'has', 'have')} no ${what}`,
              explanation:
                'Tuning leaves them out. The fix excludes them, so that the counts you see are the counts it uses.',
              fix: { kind: 'exclude', button: 'Exclude them' },
            },
    }
  }

export const emptyTexts = empty(({ text }) => text.trim() === '', 'text')
export const emptyLabels = empty(({ label }) => label === '', 'answer')
