// The rows of a Parquet file, some at a time; it runs in a thread, since unpacking a page blocks.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetRead,
  type ParquetReadOptions,
  parquetSchema,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import type { DataRow } from '../../../../contract/records.ts'
import type { SkippedRow } from '../../../../contract/service.ts'
import type { TableChunk } from '../format.ts'
import { parsers, rawShow, show, type Show } from './cells.ts'

const chunkRows = 1000
/** Rows that are unpacked at once; the pages before them are passed over. */
const sliceRows = 100_000
const maxPageBytes = 1 << 30
/** More rows than any file has: a larger number is damaged. */
const maxRows = 2 ** 40

/** The columns, then the rows. Errors: those of the library and of a file that is not as long as it says. */
export async function* readParquet(path: string): AsyncGenerator<readonly string[] | TableChunk> {
  const fd = openSync(path, 'r')
  try {
    const file = bufferOf(fd)
    const metadata = await parquetMetadataAsync(file, { geoparquet: false })
    const { columns, shows } = describe(metadata)
    yield columns
    yield* chunks(file, metadata, columns, shows)
  } finally {
    closeSync(fd)
  }
}

function bufferOf(fd: number): AsyncBuffer {
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

/** The top columns. Where a value is shown from its raw form, the schema is made to say no more of it. */
function describe(metadata: FileMetaData): { readonly columns: readonly string[]; readonly shows: readonly Show[] } {
  const { children } = parquetSchema(metadata)
  const shows = children.map(({ element, children: within }) => {
    const raw = within.length === 0 && element.repetition_type !== 'REPEATED' ? rawShow(element) : undefined
    if (raw) {
      delete element.converted_type
      delete element.logical_type
    }
    return raw ?? show
  })
  return { columns: children.map(({ element }) => element.name), shows }
}

async function* chunks(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  shows: readonly Show[],
): AsyncGenerator<TableChunk> {
  const sizes = metadata.row_groups.map(({ num_rows: rows }) => Number(rows))
  const total = sizes.reduce((sum, rows) => sum + rows, 0)
  if (sizes.some((rows) => rows < 0) || total > maxRows) throw new RangeError('it counts its rows wrong')
  let group = 0
  for (const size of sizes) {
    for (let from = group; from < group + size; from += sliceRows) {
      const rows = await readRows({
        file,
        metadata,
        columns: [...columns],
        rowStart: from,
        rowEnd: Math.min(from + sliceRows, group + size),
      })
      for (let at = 0; at < rows.length; at += chunkRows) {
        const some = rows.slice(at, at + chunkRows)
        const bytes = Math.floor((file.byteLength * (from + at + some.length)) / total)
        yield { ...texts(some, from + at + 1, shows), bytes }
      }
    }
    group += size
  }
}

type RowRange = Pick<ParquetReadOptions, 'file' | 'metadata' | 'columns' | 'rowStart' | 'rowEnd'>

async function readRows(range: RowRange): Promise<unknown[][]> {
  let rows: unknown[][] = []
  const onComplete = (found: unknown[][]): void => {
    rows = found
  }
  const way = { compressors: bounded, parsers, utf8: false, geoparquet: false, rowFormat: 'array' } as const
  await parquetRead({ ...range, ...way, onComplete })
  return rows
}

const bounded = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, length: number): Uint8Array => {
      if (!(length >= 0 && length <= maxPageBytes)) throw new RangeError('a page of it is too long')
      return unpack(input, length)
    },
  ]),
)

function texts(values: readonly unknown[][], first: number, shows: readonly Show[]): Omit<TableChunk, 'bytes'> {
  const rows: DataRow[] = []
  const skipped: SkippedRow[] = []
  for (const [i, row] of values.entries()) {
    try {
      const cells = shows.map((each, at) => each(row[at]))
      if (cells.some((cell) => cell.trim() !== '')) rows.push({ row: first + i, cells })
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      skipped.push({ line: first + i, reason: 'it is nested too deeply' })
    }
  }
  return { rows, skipped }
}
