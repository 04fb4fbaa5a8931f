// JSON values as rows: objects, whose keys together make the columns, or lists, whose first one may name them.
import { studioError } from '../../../contract/errors/index.ts'
import { createPlaces } from '../places.ts'
import { rowsThat } from '../../../contract/words/counts.ts'
import { createChunkBuilder } from './chunks.ts'
import { cellsWithin } from './delimited/dialect.ts'
import { findHeader, type Header, headerAt } from './header.ts'
import type { OpenedTable, TableChunk, TextSource } from './format.ts'
import { cellOf, parseJson } from './json/parse.ts'

/** The text of one JSON value of a file. */
export interface JsonText {
  readonly line: number
  /** Its number among the values, from 1, where several may share a line. */
  readonly element?: number
  readonly text: string
  /** Its value where it is parsed already. */
  readonly value?: unknown
  /** Why the text is no JSON value, where the reader knows before it is parsed. */
  readonly broken?: string
  /** Bytes of the file read so far. */
  readonly bytes: number
}

const chunkRows = 250
/** Characters of one value at most; a longer one is no row of a table. */
const maxCharacters = 4_000_000
/** Lists among which the names of columns are looked for. */
const maxLists = 200

type Gathered = Pick<JsonText, 'text' | 'broken'>

/** Gathers a value's text piece by piece and drops one that is too long. `take` returns it; undefined where it is blank. */
export function gatherText(): { readonly add: (piece: string) => void; readonly take: () => Gathered | undefined } {
  let pieces: string[] = []
  let length = 0
  return {
    add(piece) {
      length += piece.length
      if (length > maxCharacters) pieces = []
      else pieces.push(piece)
    },
    take() {
      const text = pieces.join('')
      const long = length > maxCharacters
      pieces = []
      length = 0
      if (long) return { text, broken: 'it is longer than 4 MB' }
      return text.trim() === '' ? undefined : { text }
    },
  }
}

/** `values` starts again at each call: once for the columns, once for the rows. Errors: 'data/no-rows', 'data/no-header-line'. */
export async function openValues(
  { name, choices }: Pick<TextSource, 'name' | 'choices'>,
  values: () => AsyncGenerator<JsonText>,
  notes: readonly string[] = [],
): Promise<OpenedTable> {
  const keys = new Set<string>()
  const lists: { readonly line: number; readonly cells: readonly string[] }[] = []
  let isLists: boolean | undefined
  let first: { readonly line: number; readonly why: string } | undefined
  for await (const value of values()) {
    const row = rowOf(value)
    if (typeof row === 'string') first ??= { line: value.line, why: row }
    else {
      isLists ??= Array.isArray(row)
      if (!isLists && !Array.isArray(row)) for (const key of Object.keys(row)) keys.add(key)
      else if (isLists && Array.isArray(row) && lists.length < maxLists)
        lists.push({ line: place(value), cells: cellsOf(row) })
    }
  }
  if (isLists === true) {
    const width = lists.reduce((most, { cells }) => Math.max(most, cells.length), 0)
    const records = lists.map((list) => ({ ...list, blank: false, lone: false }))
    const header = choices.header === undefined ? findHeader(records, width) : headerAt(records, choices.header, width)
    if (!header) throw studioError('data/no-header-line', name, choices.header ?? 0)
    const taken = { headerLine: header.line, notes: [...notes, ...header.notes] }
    return { taken, columns: header.columns, head: lists, chunks: () => chunks(values, listCells(header)) }
  }
  if (keys.size === 0) throw studioError('data/no-rows', name, first?.line, first?.why)
  const columns = [...keys]
  return { taken: { notes }, columns, chunks: () => chunks(values, objectCells(columns)) }
}

type Row = Readonly<Record<string, unknown>> | readonly unknown[]
/** A row's cells, or why it has none; undefined for the names of the columns. */
type CellsOf = (row: Row, value: JsonText) => readonly string[] | string | undefined

async function* chunks(values: () => AsyncGenerator<JsonText>, cells: CellsOf): AsyncGenerator<TableChunk> {
  const chunk = createChunkBuilder(chunkRows)
  const mended = createPlaces()
  let read = 0
  for await (const value of values()) {
    read = value.bytes
    const row = rowOf(value, () => void mended.see(value.line))
    const found = typeof row === 'string' ? row : guarded(() => cells(row, value))
    if (typeof found === 'string')
      chunk.skip(value.line, value.element === undefined ? found : `${found} (element ${value.element} of the list)`)
    else if (found) chunk.row(place(value), found)
    if (chunk.isFull()) yield chunk.take(read)
  }
  const note = `${rowsThat(mended.count, 'is', 'are')} not strict JSON (a comma at an end, a comment, NaN): read all the same, NaN as an empty cell, ${mended.words()}.`
  yield { ...chunk.take(read), notes: mended.count === 0 ? [] : [note] }
}

const place = ({ element, line }: JsonText): number => element ?? line

/** The object or list, or why it is none. `onMended`: called where it was no strict JSON. */
function rowOf({ text, value, broken }: JsonText, onMended: () => void = () => undefined): Row | string {
  if (broken !== undefined) return broken
  if (value !== undefined) return withName(value as Row)
  // A comma parts it from the next value.
  const trimmed = text.trim().replace(/,$/, '')
  const parsed = guarded(() => parseJson(trimmed))
  if (parsed === undefined) return 'it is not valid JSON'
  if (typeof parsed === 'string') return parsed
  if (typeof parsed.value !== 'object' || parsed.value === null) return 'it is not a JSON object'
  if (parsed.mended) onMended()
  return withName(parsed.value as Row)
}

/** A chat that stands alone, as a list of turns, is no list of cells: it gets the name that others give it. */
const withName = (row: Row): Row =>
  Array.isArray(row) && row.length > 0 && row.every(isTurn) ? { messages: row } : row

const isTurn = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('role' in value || ('from' in value && 'value' in value))

/** What a deep value needs more stack for than there is. */
function guarded<T>(work: () => T): T | string {
  try {
    return work()
  } catch (error) {
    if (error instanceof RangeError) return 'it is nested too deeply'
    throw error
  }
}

const objectCells =
  (columns: readonly string[]): CellsOf =>
  (row) => {
    if (Array.isArray(row)) return 'it is not a JSON object'
    const object = row as Readonly<Record<string, unknown>>
    return columns.map((key) => cellOf(Object.hasOwn(object, key) ? object[key] : null))
  }

const cellsOf = (list: readonly unknown[]): string[] => list.map(cellOf)

const listCells =
  ({ end, columns: { length: width } }: Header): CellsOf =>
  (row, value) => {
    if (!Array.isArray(row)) return 'it is not a list like the others'
    if (place(value) <= end) return undefined
    const cells = cellsOf(row)
    const count = cellsWithin(cells, width)
    if (count > width) return `${count} cells where there are ${width} columns`
    return Array.from({ length: width }, (_, i) => cells[i] ?? '')
  }
