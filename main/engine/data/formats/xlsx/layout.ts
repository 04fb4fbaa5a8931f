// Where a sheet's table stands: the row of its names, and the columns that are taken.
import { studioError } from '../../../../contract/errors/index.ts'
import { headerAt } from '../header.ts'
import { cellsOf, type SheetRow, widthOf } from './sheet.ts'
import type { Survey } from './survey.ts'

export interface Layout {
  /** 0 where there is none. */
  readonly headerRow: number
  readonly above: readonly SheetRow[]
  /** Columns of the sheet up to the last one of the table; a row that has more is none of it. */
  readonly width: number
  /** The columns that are taken, from 0, and their names. */
  readonly columns: readonly { readonly at: number; readonly name: string }[]
  /** Names of columns without any value that are left out. */
  readonly empty: readonly string[]
}

/** Columns that have a name only are taken up to this number: a person may mean to fill them. */
const maxEmpty = 16

const filledIn = ({ texts }: SheetRow): number => texts.filter((text) => text.trim() !== '').length

/** `chosen`: row of the names, 0 for none. Error: 'data/no-header'. */
export function layoutOf(name: string, { first, rows, filled }: Survey, chosen: number | undefined): Layout {
  const at = chosen === undefined ? headerAt(first.map(filledIn)) : first.findIndex(({ row }) => row === chosen)
  if (at < 0 && chosen !== 0) throw studioError('data/no-header', name, chosen ?? 1)
  const header = first[at]
  const above = first.slice(0, Math.max(0, at))
  // A chosen row may stand behind the first ones, above which nothing was counted.
  const before = header ? [...above, header] : []
  const below = (column: number): number =>
    (filled[column] ?? 0) - before.filter(({ columns }) => columns.includes(column)).length
  const names = header ? cellsOf(header, widthOf(header)) : []
  let width = names.length
  for (let column = width; column < filled.length; column++)
    if (below(column) * 2 > rows - before.length || !header) width = column + 1
  const columns = Array.from({ length: width }, (_, column) => ({ at: column, name: (names[column] ?? '').trim() }))
  const unused = columns.filter((column) => below(column.at) <= 0)
  const named = unused.filter((column) => column.name !== '')
  const left = new Set(named.length > maxEmpty ? unused : unused.filter((column) => column.name === ''))
  return {
    headerRow: header?.row ?? 0,
    above,
    width,
    columns: columns.filter((column) => !left.has(column)),
    empty: named.filter((column) => left.has(column)).map((column) => column.name),
  }
}
