// Opens a table file: its format and columns at once, its rows in chunks.
import { basename, extname } from 'node:path'
import { studioError } from '../../contract/errors/index.ts'
import { detectEncoding, type Encoding, firstBytes, readText, type TextPiece } from './encoding.ts'
import type { Format, OpenedTable, TableChunk } from './formats/format.ts'
import { type FormatName, formats } from './formats/index.ts'

export interface Table {
  readonly format: FormatName
  /** Undefined where the file is not a text. */
  readonly encoding: Encoding | undefined
  /** Distinct and not empty. */
  readonly columns: readonly string[]
  /** Every row's cells align with `columns`. Can be iterated over only once. Errors: 'data/unreadable', 'data/damaged', 'data/too-large'. */
  readonly chunks: () => AsyncGenerator<TableChunk>
}

interface Opened extends OpenedTable, Pick<Table, 'format' | 'encoding'> {}

const sampleCharacters = 1 << 16
const maxColumns = 1000
const known = Object.entries(formats) as [FormatName, Format][]

/**
 * Errors: 'data/not-found', 'data/unreadable', 'data/empty', 'data/no-rows', 'data/binary', 'data/json-not-array',
 * 'data/damaged', 'data/old-excel', 'data/not-workbook', 'data/too-large', 'data/too-many-columns'.
 */
export async function openTable(path: string): Promise<Table> {
  const start = await firstBytes(path)
  const { format, encoding, columns, chunks } = (await openBinary(path, start)) ?? (await openText(path))
  if (columns.length > maxColumns) throw studioError('data/too-many-columns', basename(path), columns.length)
  return { format, encoding, columns: distinct(columns), chunks }
}

async function openBinary(path: string, start: Uint8Array): Promise<Opened | undefined> {
  for (const [format, way] of known)
    if (way.kind === 'binary' && way.looksLike(start))
      return { format, encoding: undefined, ...(await way.open({ name: basename(path), path })) }
  return undefined
}

/** By the file's ending where it is a known one, else by how the text starts. */
async function openText(path: string): Promise<Opened> {
  const encoding = await detectEncoding(path)
  const name = basename(path)
  const read = (): AsyncGenerator<TextPiece> => readText(path, encoding)
  const sample = await firstCharacters(read())
  if (sample.trim() === '') throw studioError('data/empty', name)
  const ending = extname(path).toLowerCase()
  const texts = known.flatMap(([format, way]) => (way.kind === 'text' ? [{ format, way }] : []))
  const { format, way } =
    texts.find((each) => each.way.endings.includes(ending)) ??
    texts.find((each) => each.way.looksLike(sample)) ??
    ({ format: 'csv', way: formats.csv } as const)
  return { format, encoding, ...(await way.open({ name, read, sample })) }
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
