// JSON objects as rows: the union of their keys makes the columns.
import type { DataRow } from '../../../contract/records.ts'
import type { SkippedRow } from '../../../contract/service.ts'
import { studioError } from '../../../contract/errors/index.ts'
import type { OpenedTable, TableChunk } from './format.ts'

/** One JSON value of a file as text. */
export interface JsonText {
  readonly line: number
  /** Its number in its list, from 1, where lines do not tell values apart. */
  readonly element?: number
  readonly text: string
  /** Why it is no value, where its reader knows. */
  readonly broken?: string
  /** Bytes of the file read so far. */
  readonly bytes: number
}

const chunkRows = 250
/** Characters of one value; what is longer is no row of a table. */
const longestText = 4_000_000

type Gathered = Pick<JsonText, 'text' | 'broken'>

/** Gathers a value's text piece by piece, and lets go of one that is too long. `take` gives it, or nothing if blank. */
export function gatherText(): { readonly add: (piece: string) => void; readonly take: () => Gathered | undefined } {
  let kept: string[] = []
  let length = 0
  return {
    add(piece) {
      length += piece.length
      if (length > longestText) kept = []
      else kept.push(piece)
    },
    take() {
      const text = kept.join('')
      const long = length > longestText
      kept = []
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
    let rows: DataRow[] = []
    let skipped: SkippedRow[] = []
    let read = 0
    const take = (): TableChunk => {
      const chunk = { rows, skipped, bytes: read }
      rows = []
      skipped = []
      return chunk
    }
    for await (const value of values()) {
      const { line, element, bytes } = value
      read = bytes
      const cells = cellsOf(asObject(value), columns)
      if (typeof cells !== 'string') rows.push({ row: element ?? line, cells })
      else skipped.push({ line, reason: element === undefined ? cells : `${cells} (element ${element} of the list)` })
      if (rows.length + skipped.length >= chunkRows) yield take()
    }
    yield take()
  }
  return { columns, chunks }
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
