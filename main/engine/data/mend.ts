// What fixes of problems make of rows.
import type { RowState } from '../../contract/records.ts'
import type { Fix } from './problems/check.ts'

interface Row {
  readonly cells: readonly string[]
  readonly state: RowState
}

/** Where a data set's texts and answers stand among the cells of a row. */
export interface MendedColumns {
  readonly texts: readonly number[]
  readonly label: number
}

export type Mend = <R extends Row>(row: R) => R

const cellsBy =
  (at: readonly number[], write: (cell: string) => string): Mend =>
  (row) => ({ ...row, cells: row.cells.map((cell, i) => (at.includes(i) ? write(cell) : cell)) })

/** Of a row in which the problem was found. */
export function mendBy(fix: Fix, { texts, label }: MendedColumns): Mend {
  if (fix.kind === 'exclude') return (row) => ({ ...row, state: 'excluded' })
  if (fix.kind === 'rewrite') return cellsBy(texts, fix.rewrite)
  return cellsBy([label], (cell) => fix.labels.get(cell.trim()) ?? cell)
}

/** Rows of `rows` that a fix may leave in use at least without a person's word: half of them. */
export const isLeftEnough = (rows: number, excluded: number): boolean => 2 * (rows - excluded) >= rows
