// Opens a table file: its encoding, format and columns at once, its rows in chunks.
import { basename, extname } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { detectEncoding, type Encoding, readText, type TextPiece } from './encoding.ts'
import type { TableChunk } from './formats/format.ts'
import { formats, type FormatName } from './formats/index.ts'

export interface Table {
  readonly format: FormatName
  readonly encoding: Encoding
  /** Distinct and not empty. */
  readonly columns: readonly string[]
  /** Every row's cells align with `columns`. May be read once. */
  readonly chunks: () => AsyncGenerator<TableChunk>
}

const sampleCharacters = 1 << 16
const mostColumns = 1000

/** Errors: 'data/not-found', 'data/unreadable', 'data/empty', 'data/binary', 'data/json-not-array', 'data/too-many-columns'. */
export async function openTable(path: string): Promise<Table> {
  const encoding = await detectEncoding(path)
  const name = basename(path)
  const read = (): AsyncGenerator<TextPiece> => readText(path, encoding)
  const sample = await firstCharacters(read())
  if (sample.trim() === '') throw studioError('data/empty', name)
  const format = formatOf(extname(path).toLowerCase(), sample)
  const { columns, chunks } = await formats[format].open({ name, read, sample })
  if (columns.length > mostColumns) throw studioError('data/too-many-columns', name, columns.length)
  return { format, encoding, columns: distinct(columns), chunks }
}

/** By the file's ending where it is a known one, else by how the text starts. */
function formatOf(ending: string, sample: string): FormatName {
  const names = Object.keys(formats) as FormatName[]
  return (
    names.find((name) => formats[name].endings.includes(ending)) ??
    names.find((name) => formats[name].looksLike(sample)) ??
    'csv'
  )
}

async function firstCharacters(pieces: AsyncGenerator<TextPiece>): Promise<string> {
  let text = ''
  for await (const piece of pieces) {
    text += piece.text
    if (text.length >= sampleCharacters) break
  }
  return text
}

/** Names without invisible characters around them; an empty one is "column 3", a second "text" is "text (2)". */
function distinct(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map((raw, i) => {
    const name = raw.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim() || `column ${i + 1}`
    let unique = name
    for (let n = 2; seen.has(unique); n++) unique = `${name} (${n})`
    seen.add(unique)
    return unique
  })
}
