// How the table of compared methods is sorted: what has no value last, what is equal in its order.
import { expect, it } from 'vitest'
import type { ComparedRow } from '../../../../../../main/contract/service.ts'
import { comparisonColumns } from '../../../../../../main/contract/words/comparison.ts'
import { nextSort, sortedRows } from '../../../../../../renderer/src/pages/tune/methods/sorted-rows.ts'

const row = (method: string, mean: number | undefined, rank: readonly [number, number] | undefined): ComparedRow => ({
  ...{
    kind: 'method',
    number: 1,
    method,
    runs: [],
    fate: 'finished',
    measures: undefined,
    targets: [],
    use: undefined,
  },
  test: mean === undefined ? undefined : { mean, low: mean, high: mean },
  rank,
})

const rows = [row('a', 0.5, [1, 2]), row('b', undefined, undefined), row('c', 0.7, [1, 2]), row('d', 0.2, [3, 3])]
const names = (all: readonly ComparedRow[]): string[] =>
  all.flatMap((each) => (each.kind === 'method' ? [each.method] : []))
const [test, rank] = comparisonColumns as [(typeof comparisonColumns)[number], (typeof comparisonColumns)[number]]

it('leaves the rows as they are where nothing was asked for', () => {
  expect(sortedRows(rows, undefined)).toBe(rows)
})

it('begins with the best, turns round at the second click, and keeps what has no value last', () => {
  const first = nextSort(undefined, test)
  expect(names(sortedRows(rows, first))).toEqual(['c', 'a', 'd', 'b'])
  expect(names(sortedRows(rows, nextSort(first, test)))).toEqual(['d', 'a', 'c', 'b'])
  expect(nextSort(first, rank)).toEqual({ by: rank, descending: false })
})

it('does not order what shares its ranks', () => {
  const ascending = nextSort(undefined, rank)
  expect(names(sortedRows(rows, ascending))).toEqual(['a', 'c', 'd', 'b'])
  expect(names(sortedRows(rows, nextSort(ascending, rank)))).toEqual(['d', 'a', 'c', 'b'])
})
