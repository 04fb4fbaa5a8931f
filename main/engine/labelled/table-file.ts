// A table with more columns as a new file: CSV with the delimiter it had, JSON Lines with the fields it had, or a workbook.
import { type FileHandle, open } from 'node:fs/promises'
import { setImmediate } from 'node:timers/promises'
import { csvLine, plainText } from '../../contract/csv.ts'
import type { Taken } from '../../contract/reading.ts'
import type { DataRow } from '../../contract/records.ts'
import { firstBytes } from '../data/bytes.ts'
import { readText } from '../data/encoding/decode.ts'
import type { Rows } from '../data/write/writer.ts'
import { writeXlsx as writeWorkbook } from '../data/write/xlsx.ts'
import type { AddedCell, AddedColumns } from './columns.ts'

/** A table as it was read. */
export interface ReadTable {
  readonly path: string
  readonly taken: Taken
  readonly columns: readonly string[]
  readonly rows: () => AsyncGenerator<DataRow>
}

/** Bytes that are written at once. */
const pieceSize = 1 << 18
/** Rows that are packed at once: short enough that nobody waits for it. */
const rowsAtOnce = 250

export async function writeCsv({ path, taken, columns, rows }: ReadTable, target: string, added: AddedColumns) {
  const { delimiter = ',', encoding = 'utf-8' } = taken
  const start = await firstBytes(path)
  // Spreadsheets take a file without the mark for one of the system's own encoding.
  const marked = encoding !== 'utf-8' || (start[0] === 0xef && start[1] === 0xbb)
  const own = (cell: AddedCell): string => (typeof cell === 'string' ? plainText(cell) : String(cell ?? ''))
  async function* lines(): AsyncGenerator<string> {
    if (marked) yield '\ufeff'
    if (hasNames(taken)) yield csvLine([...columns, ...added.names], delimiter)
    for await (const { row, cells } of rows()) {
      const more = added.cells.get(row) ?? []
      yield csvLine([...cells, ...added.names.map((_, i) => own(more[i]))], delimiter)
    }
  }
  await writeText(target, lines())
}

/** A delimited text whose columns have no names is written without any, too. */
const hasNames = ({ format, headerLine }: Taken): boolean => headerLine !== 0 || (format !== 'csv' && format !== 'tsv')

export async function writeJsonLines(table: ReadTable, target: string, added: AddedColumns) {
  await writeText(target, table.taken.format === 'jsonl' ? extendedLines(table, added) : objectLines(table, added))
}

/** Each line's own text with more fields in it, so that numbers and nested fields stay exactly as they were. */
async function* extendedLines({ path, taken, rows, columns }: ReadTable, added: AddedColumns): AsyncGenerator<string> {
  const lines = linesOf(path, taken)
  let at = 0
  for await (const { row, cells } of rows()) {
    let line = ''
    for (; at < row; at++) line = (await lines.next()).value ?? ''
    const fields = fieldsOf(added, row)
    yield `${withFields(line.trim(), fields) ?? JSON.stringify({ ...objectOf(columns, cells), ...fields })}\n`
  }
}

async function* linesOf(path: string, { encoding = 'utf-8' }: Taken): AsyncGenerator<string, undefined> {
  let rest = ''
  for await (const { text } of readText(path, encoding)) {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    yield* parts
  }
  yield rest
  return undefined
}

/** Undefined where the line is no whole object by itself. */
function withFields(line: string, fields: Readonly<Record<string, AddedCell>>): string | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const own = JSON.stringify(fields).slice(1, -1)
    const body = line.slice(0, -1).trimEnd()
    return own === '' ? line : `${body}${body.endsWith('{') ? '' : ','}${own}}`
  } catch {
    return undefined
  }
}

async function* objectLines({ columns, rows }: ReadTable, added: AddedColumns): AsyncGenerator<string> {
  for await (const { row, cells } of rows())
    yield `${JSON.stringify({ ...objectOf(columns, cells), ...fieldsOf(added, row) })}\n`
}

const objectOf = (columns: readonly string[], cells: readonly string[]): Record<string, string> =>
  Object.fromEntries(columns.map((name, i) => [name, cells[i] ?? '']))

const fieldsOf = ({ names, cells }: AddedColumns, row: number): Record<string, AddedCell> =>
  Object.fromEntries(
    names.flatMap((name, i) => (cells.get(row)?.[i] === undefined ? [] : [[name, cells.get(row)?.[i]]])),
  )

export async function writeXlsx({ columns, rows }: ReadTable, target: string, added: AddedColumns): Promise<void> {
  async function* pieces(): Rows {
    let piece: (readonly string[])[] = []
    for await (const { row, cells } of rows()) {
      const more = added.cells.get(row) ?? []
      piece.push([...cells, ...added.names.map((_, i) => String(more[i] ?? ''))])
      if (piece.length < rowsAtOnce) continue
      yield piece
      piece = []
      await setImmediate()
    }
    yield piece
  }
  const file = await open(target, 'w', 0o600)
  try {
    for await (const bytes of writeWorkbook([...columns, ...added.names], pieces())) await file.appendFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeText(target: string, pieces: AsyncIterable<string>): Promise<void> {
  const file = await open(target, 'w', 0o600)
  try {
    let waiting = ''
    for await (const piece of pieces) {
      waiting += piece
      if (waiting.length < pieceSize) continue
      await writeAll(file, waiting)
      waiting = ''
    }
    await writeAll(file, waiting)
    await file.sync()
  } finally {
    await file.close()
  }
}

const writeAll = async (file: FileHandle, text: string): Promise<void> => file.appendFile(text, 'utf8')
