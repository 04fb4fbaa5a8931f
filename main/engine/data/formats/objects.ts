// JSON objects as rows: the union of their keys makes the columns.
import type { DataRow } from '../../../contract/records.ts'
import type { SkippedRow } from '../../../contract/service.ts'
import { studioError } from '../../../contract/errors/index.ts'
import type { OpenedTable, TableChunk } from './format.ts'

/** One JSON value of a file as text. */
export interface JsonText {
  readonly line: number
  readonly text: string
  /** Bytes of the file read so far. */
  readonly bytes: number
}

const chunkRows = 1000
/** Characters of one value; what is longer is not read on. */
export const longestText = 1 << 25

/** `values` starts again at each call: once for the columns, once for the rows. */
export async function openObjects(name: string, values: () => AsyncGenerator<JsonText>): Promise<OpenedTable> {
  const keys = new Set<string>()
  for await (const { text } of values()) {
    const object = asObject(text)
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
    for await (const { line, text, bytes } of values()) {
      read = bytes
      const object = asObject(text)
      if (typeof object === 'string') skipped.push({ line, reason: object })
      else
        rows.push({ row: line, cells: columns.map((key) => cellOf(Object.hasOwn(object, key) ? object[key] : null)) })
      if (rows.length + skipped.length >= chunkRows) yield take()
    }
    yield take()
  }
  return { columns, chunks }
}

/** The object, or why it is none. */
function asObject(text: string): Record<string, unknown> | string {
  try {
    const value: unknown = JSON.parse(text)
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : 'it is not a JSON object'
  } catch {
    return 'it is not valid JSON'
  }
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
