// CSV and TSV: a header line, then a record for each row; quoted cells may hold delimiters and newlines.
import { Readable } from 'node:stream'
import { type CsvError, parse } from 'csv-parse'
import { studioError } from '../../../contract/errors/index.ts'
import { createChunkBuilder } from './chunks.ts'
import { likelyDelimiter } from './delimiters.ts'
import type { OpenedTable, TableChunk, TextFormat, TextSource } from './format.ts'

const chunkRows = 250
/** Characters of a record at most; a longer one is taken for a quote that is never closed. */
const maxRecordSize = 4_000_000

export const csv: TextFormat = {
  kind: 'text',
  heeds: ['delimiter', 'header'],
  endings: ['.csv'],
  looksLike: () => true,
  open: (source) => open(source, source.choices.delimiter ?? likelyDelimiter(source.sample)),
}

export const tsv: TextFormat = {
  kind: 'text',
  heeds: ['delimiter', 'header'],
  endings: ['.tsv', '.tab'],
  looksLike: (sample) => likelyDelimiter(sample) === '\t',
  open: (source) => open(source, source.choices.delimiter ?? '\t'),
}

interface Parsed {
  readonly record: readonly string[]
  /** Lines up to the record's end. */
  readonly info: { readonly lines: number }
}

/** A record of the file with the line where it starts. */
interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

interface RecordReader {
  /** Undefined behind the last record. */
  next(): Promise<CsvRecord | undefined>
  /** The line where the last record ends. */
  readonly end: number
  /** Bytes of the file read so far. */
  readonly bytes: number
  /** Why the records end before the file does: the parser loses its place at the first such error. */
  readonly broken: string | undefined
}

async function open(source: TextSource, delimiter: string): Promise<OpenedTable> {
  const records = readRecords(source, delimiter)
  const header = await records.next()
  if (header === undefined) throw studioError('data/no-rows', source.name)
  const columns = header.cells

  async function* chunks(): AsyncGenerator<TableChunk> {
    const chunk = createChunkBuilder(chunkRows)
    for (let record = await records.next(); record !== undefined; record = await records.next()) {
      const { line, cells } = record
      if (cells.length === columns.length) chunk.row(line, cells)
      else chunk.skip(line, `${counted(cells.length)} where the header has ${columns.length}`)
      if (chunk.isFull()) yield chunk.take(records.bytes)
    }
    if (records.broken !== undefined) chunk.skip(records.end + 1, records.broken)
    yield chunk.take(records.bytes)
  }
  return { taken: { delimiter, quoting: 'doubled', headerLine: header.line, notes: [] }, columns, chunks }
}

function readRecords(source: TextSource, delimiter: string): RecordReader {
  let bytes = 0
  let end = 0
  let pairs = 0
  let broken: string | undefined
  const text = async function* (): AsyncGenerator<string> {
    for await (const piece of source.read()) {
      if (broken !== undefined) return
      bytes = piece.bytes
      yield piece.text
    }
  }
  const parser = parse({
    delimiter,
    info: true,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: maxRecordSize,
    on_skip: (error) => {
      broken ??= reasonOf(error)
      return undefined
    },
  })
  const stream = Readable.from(text())
  // An error of the file ends the records too.
  stream.on('error', (error) => parser.destroy(error))
  const records = stream.pipe(parser)[Symbol.asyncIterator]() as AsyncIterator<Parsed>
  return {
    get bytes() {
      return bytes
    },
    get end() {
      return end
    },
    get broken() {
      return broken
    },
    async next() {
      const { value, done } = await records.next()
      if (done === true) return undefined
      const { record, info } = value as Parsed
      // The parser counts a carriage return and the line feed behind it as two lines where they are quoted.
      pairs += count(record, /\r\n/g)
      end = info.lines - pairs
      return { line: end - count(record, /\r\n|\r|\n/g), cells: record }
    },
  }
}

const counted = (cells: number): string => (cells === 1 ? '1 cell' : `${cells} cells`)

/** How often the pattern stands in the cells. */
function count(cells: readonly string[], pattern: RegExp): number {
  let found = 0
  for (const cell of cells) if (/[\r\n]/.test(cell)) found += cell.match(pattern)?.length ?? 0
  return found
}

const reasonOf = (error: CsvError | undefined): string =>
  error?.code === 'CSV_MAX_RECORD_SIZE'
    ? 'a row at or behind this line is longer than 4 MB, as where a quote is never closed; it and what follows it were left out'
    : 'a quote opens at or behind this line and is never closed; what follows it was left out'
