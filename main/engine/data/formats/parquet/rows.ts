// The rows of a Parquet file, some at a time; it runs in a process of its own, since unpacking a page blocks.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type ParquetReadOptions,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet'
import { createChunkBuilder, UnreadableRow } from '../chunks.ts'
import type { TableChunk } from '../format.ts'
import { parsers, type Show, showOf } from './cells.ts'
import { type Feature, featuresOf } from './features.ts'
import { type ColumnPages, pagesOf } from './pages.ts'
import { slicesOf } from './slices.ts'
import { unpackers } from './unpack.ts'

/** What the file says of itself. */
export interface ParquetHead {
  readonly columns: readonly string[]
  readonly rows: number
  /** Columns whose numbers are shown by the names that the file gives them. */
  readonly named: readonly string[]
  /** Columns of lists, maps or structs. */
  readonly nested: readonly string[]
}

const chunkRows = 1000
/** More rows than any file has: a larger number is damaged. */
const maxRows = 2 ** 40

interface OpenFile {
  readonly file: AsyncBuffer
  readonly metadata: FileMetaData
  readonly children: readonly SchemaTree[]
  readonly shows: readonly Show[]
}

/** The head, then the rows. Errors: TooLarge, those of the library and of a file that is not as long as it says. */
export async function* readParquet(path: string): AsyncGenerator<ParquetHead | TableChunk> {
  const fd = openSync(path, 'r')
  try {
    const file = bufferOf(fd)
    const metadata = await parquetMetadataAsync(file, { geoparquet: false })
    const { children } = parquetSchema(metadata)
    const features = featuresOf(metadata)
    const columns = children.map(({ element }) => element.name)
    if (new Set(columns).size < columns.length) throw new Error('two columns of one name are not supported')
    const rows = metadata.row_groups.reduce((sum, { num_rows: some }) => sum + Number(some), 0)
    if (metadata.row_groups.some(({ num_rows: some }) => some < 0) || rows > maxRows)
      throw new RangeError('it counts its rows wrong')
    const shows = children.map((node) => showOf(node, features[node.element.name]))
    const nested = children.filter(
      ({ element, children: within }) => within.length > 0 || element.repetition_type === 'REPEATED',
    )
    yield {
      columns,
      rows,
      named: columns.filter((name) => hasNames(features[name])),
      nested: nested.map(({ element }) => element.name),
    }
    yield* chunks({ file, metadata, children, shows }, rows)
  } finally {
    closeSync(fd)
  }
}

const hasNames = ({ names, element, fields }: Feature = {}): boolean =>
  names !== undefined || (element !== undefined && hasNames(element)) || Object.values(fields ?? {}).some(hasNames)

function bufferOf(fd: number): AsyncBuffer & { slice(start: number, end?: number): ArrayBuffer } {
  const { size } = fstatSync(fd)
  return {
    byteLength: size,
    slice(start, end = size) {
      if (!(start >= 0 && start <= end && end <= size)) throw new RangeError('it names a part beyond its end')
      const bytes = new Uint8Array(end - start)
      for (let at = 0; at < bytes.length;) {
        const read = readSync(fd, bytes, at, bytes.length - at, start + at)
        if (read === 0) throw new RangeError('it ends while it is read')
        at += read
      }
      return bytes.buffer
    },
  }
}

async function* chunks(opened: OpenFile, total: number): AsyncGenerator<TableChunk> {
  const { file, metadata, shows } = opened
  const chunk = createChunkBuilder(chunkRows)
  let row = 0
  const bytes = (): number => Math.floor((file.byteLength * row) / total)
  for (const [at, { num_rows: some }] of metadata.row_groups.entries()) {
    const size = Number(some)
    if (size === 0) continue
    const columns = columnsOf(opened, at)
    const located = columns.filter(({ located: known }) => known)
    const pageLocationsByGroup = []
    pageLocationsByGroup[at] = Object.fromEntries(located.map(({ path, pages }) => [path, pages.map(locationOf)]))
    const start = row
    for (const { from, to } of slicesOf(columns, size)) {
      const range = { rowStart: start + from, rowEnd: start + to, pageLocationsByGroup }
      const rows = await readRows({
        ...range,
        file,
        metadata,
        columns: opened.children.map(({ element }) => element.name),
      })
      for (const values of rows) {
        add(chunk, ++row, values, shows)
        if (chunk.isFull()) yield chunk.take(bytes())
      }
    }
  }
  yield chunk.take(bytes())
}

function columnsOf({ file, metadata, children }: OpenFile, group: number): ColumnPages[] {
  const flat = new Set(
    children.flatMap(({ element, children: within }) =>
      within.length === 0 && element.repetition_type !== 'REPEATED' ? [element.name] : [],
    ),
  )
  const { columns = [], num_rows: rows = 0n } = metadata.row_groups[group] ?? {}
  const read = (start: number, end: number): Uint8Array<ArrayBuffer> =>
    new Uint8Array(file.slice(start, end) as ArrayBuffer)
  return columns.map((column) => {
    const [top = '', ...within] = column.meta_data?.path_in_schema ?? []
    return pagesOf(column, Number(rows), within.length === 0 && flat.has(top), read)
  })
}

const locationOf = ({ offset, length, from }: ColumnPages['pages'][number]) => ({
  offset: BigInt(offset),
  compressed_page_size: length,
  first_row_index: BigInt(from),
})

type RowRange = Pick<ParquetReadOptions, 'file' | 'metadata' | 'columns' | 'rowStart' | 'rowEnd'>

/** The library reads only the pages of the range where it is told their places, as an index in the file would. */
async function readRows(range: RowRange): Promise<unknown[][]> {
  let rows: unknown[][] = []
  const onComplete = (found: unknown[][]): void => {
    rows = found
  }
  const way = { compressors: unpackers, parsers, utf8: false, geoparquet: false, rowFormat: 'array' } as const
  await parquetRead({ ...range, ...way, onComplete })
  return rows
}

function add(
  chunk: ReturnType<typeof createChunkBuilder>,
  row: number,
  values: readonly unknown[],
  shows: readonly Show[],
): void {
  try {
    const cells = shows.map((show, at) => show(values[at]))
    if (cells.some((cell) => cell.trim() !== '')) chunk.row(row, cells)
    else chunk.skip(row, 'it is empty')
  } catch (error) {
    if (!(error instanceof UnreadableRow)) throw error
    chunk.skip(row, error.message)
  }
}
