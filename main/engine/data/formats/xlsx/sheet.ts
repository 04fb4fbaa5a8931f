// The rows of one sheet, as text cells, as its file comes in.
import { plain, gatherRich, type Workbook } from './workbook.ts'
import { general } from './numbers.ts'
import { BrokenXml, createXmlReader } from './xml.ts'
import type { Archive } from './zip.ts'

export interface SheetRow {
  /** From 1; grows from row to row. */
  readonly row: number
  readonly cells: readonly string[]
  /** Why a cell of it has no value. */
  readonly broken?: string
}

export interface SheetPiece {
  /** Only those in which something stands. */
  readonly rows: readonly SheetRow[]
  /** Bytes of the file read so far. */
  readonly read: number
  /** Why nothing follows, where the sheet should go on. */
  readonly broken?: true
}

const maxColumns = 16_384
/** Rows that any program can write; more would be a number gone wrong. */
const maxRows = 2 ** 31
/** Sheets are read as they come in, but not for hours. */
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

type Handlers = Required<Parameters<typeof createXmlReader>[0]>

function gatherRows({ strings, shows }: Workbook): Handlers & { readonly take: () => SheetRow[] } {
  const rich = gatherRich()
  let rows: SheetRow[] = []
  let row = 0
  let cells: string[] = []
  let broken: string | undefined
  let column = -1
  let type = 'n'
  let style = 0
  let value = ''
  let within = false

  /** What stands in the cell that ends. */
  const shown = (): string | undefined => {
    if (type === 'inlineStr') return rich.take()
    if (type === 'b') return value.trim() === '' ? '' : value.trim() === '0' ? 'FALSE' : 'TRUE'
    if (type === 'str') return plain(value)
    if (type !== 's' && type !== 'n') return value
    if (value.trim() === '') return ''
    const number = Number(value)
    if (type === 's') return strings[number]
    return Number.isFinite(number) ? (shows[style] ?? general)(number) : undefined
  }
  return {
    open: (name, { r: place, t: kind = 'n', s: look = '0' }) => {
      if (name === 'row') {
        const stated = Number(place ?? Number.NaN)
        row = Number.isInteger(stated) && stated > row && stated < maxRows ? stated : row + 1
        column = -1
      } else if (name === 'c') {
        column = place === undefined ? column + 1 : columnOf(place)
        type = kind
        style = Number(look)
        value = ''
      } else if (name === 'v') within = true
      else rich.open(name, {})
    },
    text: (text) => {
      if (within) value += text
      else rich.text(text)
    },
    close: (name) => {
      rich.close(name)
      if (name === 'v') within = false
      else if (name === 'c') {
        const text = shown()
        if (column < 0 || column >= maxColumns) broken ??= 'a cell in it is in no column'
        else if (text === undefined) broken ??= `the cell in column ${letters(column)} cannot be read`
        else if (text !== '') {
          while (cells.length < column) cells.push('')
          cells[column] = text
        }
      } else if (name === 'row') {
        if (broken !== undefined || cells.some((cell) => cell.trim() !== ''))
          rows.push({ row, cells, ...(broken === undefined ? {} : { broken }) })
        // A damaged sheet may end one row twice.
        cells = []
        broken = undefined
      }
    },
    take: () => {
      const taken = rows
      rows = []
      return taken
    },
  }
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
