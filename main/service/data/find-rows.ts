// Which rows of a version a query finds, and in which order.
import { setImmediate } from 'node:timers/promises'
import { studioError } from '../../contract/errors/index.ts'
import type { DataFilter, DataQuery, Roles, ViewedRow } from '../../contract/service.ts'
import { textKey } from '../../engine/data/text-key.ts'
import type { Tables } from '../../engine/store/store.ts'
import { eachRow } from './each-row.ts'
import { sortedIndices } from './order.ts'
import { rolesOf } from './roles.ts'
import { rowReader } from './row-text.ts'

/** Row numbers read at once: some milliseconds. */
const CHUNK = 10_000
/** Rows put in order before other work gets a turn. */
const SLICE = 100_000

export interface RowsQuery {
  readonly dataset: number
  readonly version: number
  readonly query: DataQuery
}

/** Numbers of the rows in which a problem was found, in order. */
export type RowsOfProblem = (problem: string) => Promise<readonly number[]>

/** Whether the query reads, and perhaps sorts, the cells of all rows; one that does not is answered within milliseconds. */
export const usesCells = ({ search, filters, sort }: DataQuery): boolean =>
  search.trim() !== '' || filters.length > 0 || sort !== undefined

/** Numbers of the rows that a query finds, in its order. Errors: 'run/cancelled', 'run/no-column'. */
export async function findRows(
  store: Tables,
  { dataset, version, query }: RowsQuery,
  rowsOfProblem: RowsOfProblem,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const { states, sort } = query
  if (!usesCells(query)) return plainRows(store, dataset, version, states, signal)
  const record = await store.datasets.byId(dataset)
  const roles = await rolesOf({ store }, dataset)
  const columns = record?.columns ?? []
  const passes = await testOf(query, columns, roles, rowsOfProblem)
  const keyOf = keyMaker(query, columns, roles)
  const rows: number[] = []
  const keys: SortKey[] = []
  await eachRow({ store }, dataset, version, signal, (row) => {
    if (!states.includes(row.state) || !passes(row)) return
    rows.push(row.row)
    if (keyOf) keys.push(keyOf(row))
  })
  if (!sort) return new Uint32Array(rows)
  const sign = sort.descending ? -1 : 1
  const order = await sortedIndices(rows.length, (a, b) => sign * compareKeys(keys[a] ?? 0, keys[b] ?? 0) || a - b)
  const numbers = new Uint32Array(rows)
  for (let at = 0; at < order.length; at++) {
    order[at] = numbers[order[at] ?? 0] ?? 0
    if (at % SLICE === 0) await setImmediate()
  }
  return order
}

async function plainRows(
  store: Tables,
  dataset: number,
  version: number,
  states: DataQuery['states'],
  signal: AbortSignal | undefined,
): Promise<Uint32Array> {
  const rows: number[] = []
  for (let after = -1; ;) {
    if (signal?.aborted) throw studioError('run/cancelled')
    const { rows: some, last } = await store.rows.numbers(dataset, version, states, { after, limit: CHUNK })
    for (const row of some) rows.push(row)
    if (last === undefined) return new Uint32Array(rows)
    after = last
    await setImmediate()
  }
}

type Test = (row: ViewedRow) => boolean

async function testOf(
  { search, filters }: DataQuery,
  columns: readonly string[],
  roles: Roles,
  rowsOfProblem: RowsOfProblem,
): Promise<Test> {
  const wanted = search.trim().toLowerCase()
  const tests: Test[] = wanted === '' ? [] : [({ cells }) => cells.some((cell) => cell.toLowerCase().includes(wanted))]
  for (const filter of filters) tests.push(await filterTest(filter, columns, roles, rowsOfProblem))
  return (row) => tests.every((test) => test(row))
}

async function filterTest(
  filter: DataFilter,
  columns: readonly string[],
  roles: Roles,
  rowsOfProblem: RowsOfProblem,
): Promise<Test> {
  const read = rowReader(columns, roles)
  switch (filter.kind) {
    case 'label': {
      const values = new Set(filter.values)
      return ({ cells }) => values.has(read(cells).label)
    }
    case 'length':
      return ({ cells }) => {
        const { length } = read(cells).text
        return length >= filter.from && length <= filter.to
      }
    case 'rows': {
      const rows = new Set(filter.rows)
      return ({ row }) => rows.has(row)
    }
    case 'problem': {
      const rows = await rowsOfProblem(filter.problem)
      // Both come in order, so no set is needed: making one of a million rows would block the service.
      let at = 0
      return ({ row }) => {
        while ((rows[at] ?? row) < row) at++
        return rows[at] === row
      }
    }
  }
}

/** Empty cells come first, then numbers by value, then texts. */
type SortKey = string | number

function keyMaker(
  { sort }: DataQuery,
  columns: readonly string[],
  roles: Roles,
): ((row: ViewedRow) => SortKey) | undefined {
  if (!sort) return undefined
  if (sort.by.kind === 'length') {
    const read = rowReader(columns, roles)
    return ({ cells }) => read(cells).text.length
  }
  if (sort.by.kind === 'alike') {
    const read = rowReader(columns, roles)
    return ({ cells }) => textKey(read(cells).text)
  }
  const at = columns.indexOf(sort.by.column)
  if (at < 0) throw studioError('run/no-column', 'The data set', sort.by.column, columns)
  return ({ cells }) => sortKey(cells[at] ?? '')
}

const number = /^\s*[-+]?\d[\d\s]*(?:[.,]\d+)?\s*$/

function sortKey(cell: string): SortKey {
  if (number.test(cell)) return parseFloat(cell.replace(/\s+/g, '').replace(',', '.'))
  return cell.trim() === '' ? -Number.MAX_VALUE : cell.toLowerCase()
}

function compareKeys(a: SortKey, b: SortKey): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1
  if (typeof b === 'number') return 1
  return a < b ? -1 : Number(a > b)
}
