// The rows of one sheet, as text cells, as its file comes in.
import { plain, gatherRich, type Workbook } from './workbook.ts'
import { general } from './numbers.ts'
import { type Attributes, BrokenXml, createXmlReader } from './xml.ts'
import type { Archive } from './zip.ts'

export interface SheetRow {
  /** From 1; grows from row to row. */
  readonly row: number
  readonly cells: readonly string[]
  /** Why one of its cells has no value. */
  readonly broken?: string
}

export interface SheetPiece {
  /** Without empty rows. */
  readonly rows: readonly SheetRow[]
  /** Bytes of the file read so far. */
  readonly read: number
  /** Whether the sheet is damaged here, so that nothing follows. */
  readonly broken?: true
}

const maxColumns = 16_384
/** More rows than any program writes: a larger number is damaged. */
const maxRows = 2 ** 31
/** Sheets are streamed, so memory does not limit them; this ends a malformed one within hours. */
const maxSheetBytes = 4 * 2 ** 30

/** Errors: 'data/too-large', 'data/unreadable'; 'data/damaged' where bytes do not unpack. */
export async function* readSheet(archive: Archive, part: string, workbook: Workbook): AsyncGenerator<SheetPiece> {
  const rows = gatherRows(workbook)
  const reader = createXmlReader(rows)
  let read = 0
  try {
    for await (const piece of archive.unpack(part, maxSheetBytes)) {
      read = piece.read
      reader.write(piece.bytes)
      yield { rows: rows.take(), read }
    }
    reader.end()
    yield { rows: rows.take(), read }
  } catch (error) {
    if (!(error instanceof BrokenXml)) throw error
    yield { rows: rows.take(), read, broken: true }
  }
}

/** A cell while its element is open. */
interface OpenCell {
  readonly column: number
  /** The attribute t: what its value is. */
  readonly type: string
  /** The attribute s: an index into the workbook's styles. */
  readonly style: number
  value: string
}

type Handlers = Required<Parameters<typeof createXmlReader>[0]>

function gatherRows(workbook: Workbook): Handlers & { readonly take: () => SheetRow[] } {
  const rich = gatherRich()
  let rows: SheetRow[] = []
  let row = 0
  let cells: string[] = []
  let broken: string | undefined
  let cell: OpenCell = { ...noCell }
  let inValue = false

  const closeCell = (): void => {
    const { column, type } = cell
    const text = type === 'inlineStr' ? rich.take() : textOf(cell, workbook)
    if (column < 0 || column >= maxColumns) broken ??= 'a cell in it is in no column'
    else if (text === undefined) broken ??= `the cell in column ${letters(column)} cannot be read`
    else if (text !== '') {
      while (cells.length < column) cells.push('')
      cells[column] = text
    }
  }
  const closeRow = (): void => {
    if (broken !== undefined || cells.some((text) => text.trim() !== ''))
      rows.push({ row, cells, ...(broken === undefined ? {} : { broken }) })
    // A damaged sheet may close one row twice.
    cells = []
    broken = undefined
  }
  return {
    open: (name, attributes) => {
      if (name === 'row') {
        row = rowAfter(row, attributes['r'])
        cell = { ...noCell }
      } else if (name === 'c') cell = openCell(cell.column, attributes)
      else if (name === 'v') inValue = true
      else rich.open(name, {})
    },
    text: (text) => {
      if (inValue) cell.value += text
      else rich.text(text)
    },
    close: (name) => {
      rich.close(name)
      if (name === 'v') inValue = false
      else if (name === 'c') closeCell()
      else if (name === 'row') closeRow()
    },
    take: () => {
      const taken = rows
      rows = []
      return taken
    },
  }
}

/** The number that a row states, or the one after the `last` where it states none that could be. */
function rowAfter(last: number, stated: string | undefined): number {
  const row = Number(stated ?? Number.NaN)
  return Number.isInteger(row) && row > last && row < maxRows ? row : last + 1
}

/** Stands before the first cell of a row. */
const noCell: OpenCell = { column: -1, type: 'n', style: 0, value: '' }

/** A cell that opens: where it names no column it stands behind the `last`. */
const openCell = (last: number, { r: place, t: type = 'n', s: style = '0' }: Attributes): OpenCell => ({
  column: place === undefined ? last + 1 : columnOf(place),
  type,
  style: Number(style),
  value: '',
})

/** A cell's value as Excel displays it; undefined where it cannot be read. */
function textOf({ type, style, value }: OpenCell, { strings, shows }: Workbook): string | undefined {
  if (type === 'b') return value.trim() === '' ? '' : value.trim() === '0' ? 'FALSE' : 'TRUE'
  if (type === 'str') return plain(value)
  if (type !== 's' && type !== 'n') return value
  if (value.trim() === '') return ''
  const number = Number(value)
  if (type === 's') return strings[number]
  return Number.isFinite(number) ? (shows[style] ?? general)(number) : undefined
}

/** 'C7' → 2; -1 where it is no place. */
function columnOf(place: string): number {
  const [, name] = /^\$?([A-Z]{1,3})\$?\d*$/.exec(place) ?? []
  if (name === undefined) return -1
  let column = 0
  for (const letter of name) column = column * 26 + letter.charCodeAt(0) - 64
  return column - 1
}

/** 2 → 'C'. */
function letters(column: number): string {
  const last = String.fromCharCode(65 + (column % 26))
  return column < 26 ? last : letters(Math.floor(column / 26) - 1) + last
}
