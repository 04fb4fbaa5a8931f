// JSON objects as rows: the union of their keys makes the columns.
import { studioError } from '../../../contract/errors/index.ts'
import { createChunkBuilder } from './chunks.ts'
import type { OpenedTable, TableChunk } from './format.ts'

/** The text of one JSON value of a file. */
export interface JsonText {
  readonly line: number
  /** Its index in its list, from 1, where several values may share a line. */
  readonly element?: number
  readonly text: string
  /** Why the text is no JSON value, where the reader knows before it is parsed. */
  readonly broken?: string
  /** Bytes of the file read so far. */
  readonly bytes: number
}

const chunkRows = 250
/** Characters of one value at most; a longer one is no row of a table. */
const maxCharacters = 4_000_000

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

/** `values` starts again at each call: once for the columns, once for the rows. */
export async function openObjects(name: string, values: () => AsyncGenerator<JsonText>): Promise<OpenedTable> {
  const keys = new Set<string>()
  for await (const value of values()) {
    const object = asObject(value)
    if (typeof object !== 'string') for (const key of Object.keys(object)) keys.add(key)
  }
  if (keys.size === 0) throw studioError('data/no-rows', name)
  const columns = [...keys]

  async function* chunks(): AsyncGenerator<TableChunk> {
    const chunk = createChunkBuilder(chunkRows)
    let read = 0
    for await (const value of values()) {
      const { line, element, bytes } = value
      read = bytes
      const cells = cellsOf(asObject(value), columns)
      if (typeof cells !== 'string') chunk.row(element ?? line, cells)
      else chunk.skip(line, element === undefined ? cells : `${cells} (element ${element} of the list)`)
      if (chunk.isFull()) yield chunk.take(read)
    }
    yield chunk.take(read)
  }
  return { taken: { notes: [] }, columns, chunks }
}

/** The object, or why it is none. */
function asObject({ text, broken }: JsonText): Record<string, unknown> | string {
  if (broken !== undefined) return broken
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : 'it is not a JSON object'
  } catch {
    return 'it is not valid JSON'
  }
}

/** The object's cells, or why it has none. */
function cellsOf(object: Record<string, unknown> | string, columns: readonly string[]): readonly string[] | string {
  if (typeof object === 'string') return object
  try {
    return columns.map((key) => cellOf(Object.hasOwn(object, key) ? object[key] : null))
  } catch (error) {
    // Writing it goes deeper than reading it did.
    if (error instanceof RangeError) return 'it is nested too deeply'
    throw error
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
