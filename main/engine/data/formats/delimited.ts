// CSV, TSV and the like: a line of names, then a record for each row; quoted cells may hold delimiters and newlines.
import { studioError } from '../../../contract/errors/index.ts'
import { createPlaces } from '../places.ts'
import { rowsThat } from '../../../contract/words/counts.ts'
import { createChunkBuilder } from './chunks.ts'
import { cellsWithin, isTable, sniff } from './delimited/dialect.ts'
import { findHeader, type Header, headerAt } from './header.ts'
import { createRecordParser, type TextRecord } from './delimited/records.ts'
import type { OpenedTable, TableChunk, TextFormat, TextSource } from './format.ts'

const chunkRows = 250

export const csv: TextFormat = {
  kind: 'text',
  heeds: ['delimiter', 'header'],
  endings: ['.csv'],
  looksLike: () => true,
  open,
}

export const tsv: TextFormat = {
  ...csv,
  endings: ['.tsv', '.tab'],
  looksLike: (sample) => isTable(sample, ['\t']),
}

/** Excel's line that says which character parts the cells. */
const announcement = /^"?sep=([^"\r\n])"?(?=[\r\n])/i

function open(source: TextSource): Promise<OpenedTable> {
  const { name, sample, isWhole, choices } = source
  const announced = announcement.exec(sample)?.[1]
  const { delimiter, quoting, width, records: all } = sniff(sample, isWhole, choices.delimiter ?? announced)
  const records = announced === undefined ? all : all.slice(1)
  const found = choices.header === undefined ? findHeader(records, width) : headerAt(records, choices.header, width)
  if (!found) throw studioError('data/no-header-line', name, choices.header ?? 0)
  const header = announced === undefined ? found : { ...found, end: Math.max(1, found.end) }
  return Promise.resolve({
    taken: { ...(delimiter === undefined ? {} : { delimiter, quoting }), headerLine: header.line, notes: header.notes },
    columns: header.columns,
    head: records.filter(({ blank, broken }) => !blank && broken === undefined),
    chunks: () => chunks(source, createRecordParser({ delimiter, quoting }, header.columns.length), header),
  })
}

async function* chunks(
  source: TextSource,
  parser: ReturnType<typeof createRecordParser>,
  header: Header,
): AsyncGenerator<TableChunk> {
  const chunk = createChunkBuilder(chunkRows)
  const rows = rowTaker(header)
  const take = (record: TextRecord): void => {
    const taken = rows.take(record)
    if (typeof taken === 'string') chunk.skip(record.line, taken)
    else if (taken) chunk.row(record.line, taken)
  }
  let read = 0
  for await (const { text, bytes } of source.read()) {
    read = bytes
    parser.push(text).forEach(take)
    if (chunk.isFull()) yield chunk.take(bytes)
  }
  parser.end().forEach(take)
  yield { ...chunk.take(read), notes: rows.notes() }
}

/** Makes rows as wide as the header of records. */
function rowTaker({ line: headerLine, end, columns }: Header) {
  const width = columns.length
  const whose = headerLine === 0 ? 'most rows have' : 'the header has'
  const [short, trailing, lone] = [createPlaces(), createPlaces(), createPlaces()]
  return {
    /** The row's cells, or why it is none; undefined for what stands above the rows. */
    take({ line, cells, blank, lone: hasLone, broken }: TextRecord): readonly string[] | string | undefined {
      if (line <= end) return undefined
      if (broken !== undefined) return broken
      if (blank) return 'all of its cells are empty'
      if (headerLine > 0 && cells.length >= width && cells.every((cell, i) => cell === (columns[i] ?? '')))
        return 'the names of the columns stand here again'
      const count = cellsWithin(cells, width)
      if (count < width && cells[0]?.startsWith('#')) return 'it is a comment, which begins with "#"'
      if (count > width || (count === 1 && width > 1)) return `${counted(count)} where ${whose} ${width}`
      if (hasLone) lone.see(line)
      if (cells.length > width) trailing.see(line)
      if (count === width) return cells.slice(0, width)
      short.see(line)
      return Array.from({ length: width }, (_, i) => cells[i] ?? '')
    },
    notes: () => [
      ...(short.count === 0
        ? []
        : [
            `${rowsThat(short.count, 'has', 'have')} fewer cells than columns; the last ones are empty: ${short.words()}.`,
          ]),
      ...(trailing.count === 0
        ? []
        : [`${rowsThat(trailing.count, 'ends', 'end')} with empty cells beyond the columns: ${trailing.words()}.`]),
      ...(lone.count === 0
        ? []
        : [`A quote that closes nowhere, or only rows later, was taken for a part of the text: ${lone.words()}.`]),
    ],
  }
}

const counted = (cells: number): string => (cells === 1 ? '1 cell' : `${cells} cells`)
