// Where a sheet's table stands: the row of its names, and the columns that are taken.
import { studioError } from '../../../../contract/errors/index.ts'
import { listOf } from '../../../../contract/words/counts.ts'
import { usualWidth } from '../delimited/dialect.ts'
import { findHeader, type Header, headerAt } from '../header.ts'
import { cellsOf, type SheetRow, widthOf } from './sheet.ts'
import type { Survey } from './survey.ts'

export interface Layout {
  /** Row of the names; 0 where there is none. */
  readonly headerRow: number
  /** Rows up to this one are no rows of the table. */
  readonly end: number
  /** Those among them that are not empty. */
  readonly above: number
  /** Columns of the sheet up to the last one of the table; a row that has more is none of it. */
  readonly width: number
  /** The columns that are taken, from 0, and their names. */
  readonly columns: readonly { readonly at: number; readonly name: string }[]
  readonly notes: readonly string[]
}

/** Columns that have a name only are taken up to this number: a person may mean to fill them. */
const maxEmpty = 16

/** `chosen`: row of the names, 0 for none. Error: 'data/no-header-line'. */
export function layoutOf(name: string, { first, rows, filled }: Survey, chosen: number | undefined): Layout {
  const offset = Math.max(
    0,
    filled.findIndex((count) => count > 0),
  )
  const header = headerOf(first, offset, chosen)
  if (!header) throw studioError('data/no-header-line', name, chosen ?? 0)
  const { line, end, columns: found, notes } = header
  // A chosen row may stand behind the first ones, above which nothing was counted.
  const before = first.filter(({ row }) => row <= end)
  const below = (column: number): number =>
    (filled[column] ?? 0) - before.filter(({ columns }) => columns.includes(column)).length
  let width = offset + (line === 0 ? 0 : found.length)
  for (let column = width; column < filled.length; column++)
    if (line === 0 ? below(column) > 0 : below(column) * 2 > rows - before.length) width = column + 1
  const columns = Array.from({ length: width }, (_, at) => ({ at, name: (found[at - offset] ?? '').trim() }))
  const unused = columns.filter((column) => below(column.at) <= 0)
  const named = unused.filter((column) => column.name !== '')
  const left = new Set(named.length > maxEmpty ? unused : unused.filter((column) => column.name === ''))
  const empty = named.filter((column) => left.has(column)).map((column) => column.name)
  return {
    headerRow: line,
    end,
    above: before.length,
    width,
    columns: columns.filter((column) => !left.has(column)),
    notes: [...notes, ...(empty.length > 0 ? [`Columns without any value are left out: ${listOf(empty)}.`] : [])],
  }
}

/** By the same rule as the lines of a delimited text. `offset`: columns before the table's first one. */
function headerOf(first: readonly SheetRow[], offset: number, chosen: number | undefined): Header | undefined {
  const records = first.map((row) => ({ line: row.row, cells: cellsOf(row, widthOf(row)).slice(offset), blank: false }))
  const width = usualWidth(records)
  return chosen === undefined ? findHeader(records, width) : headerAt(records, chosen, width)
}
