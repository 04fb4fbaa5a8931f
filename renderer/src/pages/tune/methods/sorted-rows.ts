// How the table of compared methods is sorted.
import type { ComparedRow } from '../../../../../main/contract/service.ts'
import type { ComparisonColumn } from '../../../../../main/contract/words/comparison.ts'

export interface RowSort {
  readonly by: ComparisonColumn
  readonly descending: boolean
}

/** Rows without a value come last either way; equal ones stay in their order, and so do all of them without a sort. */
export function sortedRows(rows: readonly ComparedRow[], sort: RowSort | undefined): readonly ComparedRow[] {
  if (!sort) return rows
  const { by, descending } = sort
  return rows.toSorted((a, b) => {
    const [one, other] = [by.value(a), by.value(b)]
    if (one === undefined || other === undefined) return Number(one === undefined) - Number(other === undefined)
    return descending ? other - one : one - other
  })
}

/** The sort after a click on a column's head: the best first, then the other way round. `test` alone is best where it is high. */
export const nextSort = (sort: RowSort | undefined, by: ComparisonColumn): RowSort => ({
  by,
  descending: sort?.by === by ? !sort.descending : by.name === 'test' || by.name === 'runs_in',
})
