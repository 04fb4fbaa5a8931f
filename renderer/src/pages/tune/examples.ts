// The validation rows whose answers tell most of what a run learns: those that have changed.
import type { ValidatedRow, ValidationRecord } from '../../../../main/contract/records.ts'

interface ChangingExample extends Pick<ValidatedRow, 'row' | 'text' | 'label'> {
  /** The answer when the row was first shown, and the last one. */
  readonly before: string
  readonly now: string
}

/** Rows at most. */
const SHOWN = 3

/** Of the last validation's rows those that became right, then others that changed, then the rest. */
export function changingExamples(validations: readonly ValidationRecord[]): ChangingExample[] {
  const first = new Map<number, string>()
  for (const { rows } of validations)
    for (const { row, predicted } of rows) if (!first.has(row)) first.set(row, predicted)
  const rank = ({ before, now, label }: ChangingExample): number =>
    before === now ? 2 : now === label && before !== label ? 0 : 1
  return (validations.at(-1)?.rows ?? [])
    .map(({ row, text, label, predicted }) => ({
      row,
      text,
      label,
      before: first.get(row) ?? predicted,
      now: predicted,
    }))
    .sort((a, b) => rank(a) - rank(b) || a.row - b.row)
    .slice(0, SHOWN)
}
