// The rows of one sheet, as text cells, as its file comes in.
import { columnOf, letters, rangeOf } from './places.ts'
import { gatherRich, isTrue, plain, type Workbook } from './workbook.ts'
import { maxMerges, type Range } from './merges.ts'
import { general } from './numbers.ts'
import { type Attributes, BrokenXml, createXmlReader } from './xml.ts'
import type { Archive } from './zip.ts'

export interface SheetRow {
  /** From 1; grows from row to row. */
  readonly row: number
  /** Its filled cells: their columns, from 0, and their texts. Most cells of a wide sheet may be empty. */
  readonly columns: readonly number[]
  readonly texts: readonly string[]
  /** Why one of its cells has no value. */
  readonly broken?: string
}

/** A row's first cells, empty ones among them; `width`: how many. */
export function cellsOf({ columns, texts }: SheetRow, width: number): string[] {
  const cells = Array.from({ length: width }, () => '')
  for (const [i, column] of columns.entries()) if (column < width) cells[column] = texts[i] ?? ''
  return cells
}

/** Cells up to a row's last filled one. */
export const widthOf = ({ columns }: SheetRow): number =>
  columns.reduce((last, column) => Math.max(last, column), -1) + 1

export interface SheetPiece {
  /** Without empty rows. */
  readonly rows: readonly SheetRow[]
  /** Bytes of the file read so far. */
  readonly read: number
  /** Whether the sheet is damaged here, so that nothing follows. */
  readonly broken?: true
}

export const maxColumns = 16_384
/** More rows than any program writes: a larger number is damaged. */
const maxRows = 2 ** 31
/** Sheets are streamed, so memory does not limit them; this ends a malformed one within minutes. */
const maxSheetBytes = 2 * 2 ** 30

/** What a sheet has beside the rows' texts, counted while they are read. */
export interface SheetFacts {
  readonly merges: Range[]
  hiddenRows: number
  hiddenColumns: number
  /** Formulas that no program has computed. */
  uncomputed: number
  /** Cells that hold an error such as #N/A. */
  errors: number
}

export const noFacts = (): SheetFacts => ({ merges: [], hiddenRows: 0, hiddenColumns: 0, uncomputed: 0, errors: 0 })

/** Counts into `facts`. Errors: 'data/too-large', 'data/unreadable'; 'data/damaged' where bytes do not unpack. */
export async function* readSheet(
  archive: Archive,
  part: string,
  workbook: Workbook,
  facts = noFacts(),
): AsyncGenerator<SheetPiece> {
  const rows = gatherRows(workbook, facts)
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
  formula: boolean
}

type Handlers = Required<Parameters<typeof createXmlReader>[0]>

function gatherRows(workbook: Workbook, facts: SheetFacts): Handlers & { readonly take: () => SheetRow[] } {
  const rich = gatherRich()
  let rows: SheetRow[] = []
  let row = 0
  let columns: number[] = []
  let texts: string[] = []
  let broken: string | undefined
  let cell: OpenCell = { ...noCell }
  let inValue = false

  const put = (column: number, text: string): void => {
    // Cells come in order; in a damaged row, one may come twice.
    const known = column <= (columns.at(-1) ?? -1) ? columns.indexOf(column) : -1
    if (known >= 0) texts[known] = text
    else {
      columns.push(column)
      texts.push(text)
    }
  }
  const closeCell = (): void => {
    const { column, type } = cell
    const text = type === 'inlineStr' ? rich.take() : textOf(cell, workbook)
    if (cell.formula && text === '' && type !== 'str') facts.uncomputed++
    if (type === 'e') facts.errors++
    if (column < 0 || column >= maxColumns) broken ??= 'a cell in it is in no column'
    else if (text === undefined) broken ??= `the cell in column ${letters(column)} cannot be read`
    else if (text !== '') put(column, text)
  }
  const closeRow = (): void => {
    if (broken !== undefined || texts.some((text) => text.trim() !== ''))
      rows.push({ row, columns, texts, ...(broken === undefined ? {} : { broken }) })
    // A damaged sheet may close one row twice.
    columns = []
    texts = []
    broken = undefined
  }
  return {
    open: (name, attributes) => {
      if (name === 'row') {
        row = rowAfter(row, attributes['r'])
        cell = { ...noCell }
        if (isTrue(attributes['hidden'])) facts.hiddenRows++
      } else if (name === 'c') cell = openCell(cell.column, attributes)
      else if (name === 'v') inValue = true
      else if (name === 'f') cell.formula = true
      else if (name === 'col') facts.hiddenColumns += hiddenBy(attributes)
      else if (name === 'mergeCell') addMerge(facts.merges, attributes['ref'])
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
const noCell: OpenCell = { column: -1, type: 'n', style: 0, value: '', formula: false }

/** A cell that opens: where it names no column it stands behind the `last`. */
const openCell = (last: number, { r: place, t: type = 'n', s: style = '0' }: Attributes): OpenCell => ({
  column: place === undefined ? last + 1 : columnOf(place),
  type,
  style: Number(style),
  value: '',
  formula: false,
})

/** Hidden columns among those that the element describes. */
function hiddenBy({ hidden, min = '0', max = '0' }: Attributes): number {
  const count = Math.min(maxColumns, Number(max)) - Number(min) + 1
  return isTrue(hidden) && count > 0 ? count : 0
}

function addMerge(merges: Range[], place: string | undefined): void {
  const range = rangeOf(place ?? '')
  if (range && merges.length < maxMerges) merges.push(range)
}

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
