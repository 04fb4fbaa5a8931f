// Rows of one object: its values are columns, or rows, or it is a row itself.
import { studioError } from '../../../../contract/errors/index.ts'
import type { TextSource } from '../format.ts'
import { parseJson } from './parse.ts'

/** Characters that are read at once, at most: the columns stand one after another. */
const maxCharacters = 100_000_000

type Json = Readonly<Record<string, unknown>>
export type JsonRow = Json | readonly unknown[]

/** Errors: 'data/json-too-large', 'data/json-not-array'. */
export async function rowsOfObject({ name, read }: TextSource): Promise<readonly JsonRow[]> {
  const pieces: string[] = []
  let length = 0
  for await (const { text } of read()) {
    pieces.push(text)
    length += text.length
    if (length > maxCharacters) throw studioError('data/json-too-large', name)
  }
  const object = objectOf(parseText(pieces.join('')))
  const rows = object && rowsIn(object)
  if (!rows || rows.length === 0) throw studioError('data/json-not-array', name)
  return rows
}

function parseText(text: string): unknown {
  try {
    return parseJson(text)?.value
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const objectOf = (value: unknown): Json | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined

function rowsIn(object: Json): readonly JsonRow[] | undefined {
  const entries = Object.entries(object)
  const lists = entries.flatMap(([key, value]) => (isList(value) ? [[key, value] as const] : []))
  const objects = entries.flatMap(([key, value]) => {
    const inner = objectOf(value)
    return inner ? [[key, inner] as const] : []
  })
  if (entries.length === 0) return undefined
  const { columns, data } = object
  // pandas, "split": {"columns": ["text", "label"], "index": [0, 1], "data": [["…", "…"], …]}.
  if (isList(columns) && isList(data) && data.every(isList)) return [columns, ...data]
  if (lists.length === entries.length) return fromColumns(lists)
  if (objects.length < entries.length) return [object]
  // pandas, "columns": {"text": {"0": "…", "1": "…"}, "label": {"0": "…", "1": "…"}}.
  if (objects.every(([, inner]) => Object.keys(inner).every((key) => /^\d+$/.test(key))))
    return fromColumns(objects.map(([key, inner]) => [key, Object.values(inner)]))
  // {"first": {"text": "…", "label": "…"}, "second": {…}}: the keys name the rows.
  return objects.length > 1 ? objects.map(([, inner]) => inner) : [object]
}

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)

/** One list a column; short ones are filled up. */
function fromColumns(columns: readonly (readonly [name: string, cells: readonly unknown[]])[]): readonly Json[] {
  const count = columns.reduce((most, [, { length }]) => Math.max(most, length), 0)
  return Array.from({ length: count }, (_, i) => Object.fromEntries(columns.map(([name, cells]) => [name, cells[i]])))
}
