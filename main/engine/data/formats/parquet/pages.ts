// Where the pages of a Parquet column lie, and what their headers claim, before any of them is unpacked.
import type { ColumnChunk, ColumnMetaData } from 'hyparquet'
import { parquetHeader } from 'hyparquet/src/column.js'

/** A data page: what unpacking it takes, and which rows of its group it holds. */
export interface Page {
  readonly offset: number
  /** Bytes with its header. */
  readonly length: number
  /** Bytes unpacked, or those that its values take in memory where they are more. */
  readonly size: number
  readonly from: number
  readonly to: number
}

export interface ColumnPages {
  readonly path: string
  /** In order. One page stands for all where it is not known which rows each of them holds. */
  readonly pages: readonly Page[]
  /** Whether the rows of each page are known. */
  readonly located: boolean
  /** Bytes of the dictionary, which every slice unpacks again. */
  readonly dictionary: number
}

/** A claim that would take more memory than reading a file may. */
export class TooLarge extends Error {}

type ReadBytes = (start: number, end: number) => Uint8Array<ArrayBuffer>

/** Bytes of a page at most. */
const maxPageBytes = 512 << 20
/** A page above this size must not be smaller than 1 / maxRatio of it where it is packed: text packs to a tenth. */
const ratioFrom = 32 << 20
const maxRatio = 250
/** Bytes that a value takes in memory at least. */
const valueBytes = 16
/** Bytes of a page's header at most: it may quote its smallest and its greatest value. */
const maxHeaderBytes = 16 << 20
const firstHeaderBytes = 1 << 12

/** Errors: TooLarge; those of the library, and RangeError where a header contradicts the file. */
export function pagesOf({ meta_data: meta }: ColumnChunk, rows: number, flat: boolean, read: ReadBytes): ColumnPages {
  if (!meta) throw new RangeError('it describes a column by another file')
  const { start, end } = rangeOf(meta)
  const pages: Page[] = []
  let dictionary = 0
  let size = 0
  let row = 0
  let located = true
  for (let at = start; at < end;) {
    const { header, length: headerLength } = headerAt(at, end, read)
    const packed = header.compressed_page_size
    const unpacked = header.uncompressed_page_size
    const next = at + headerLength + packed
    if (!(packed >= 0 && unpacked >= 0 && next <= end)) throw new RangeError('a page of it is longer than its column')
    if (unpacked > maxPageBytes || (unpacked > ratioFrom && unpacked > packed * maxRatio)) throw new TooLarge()
    const { type, data_page_header: one, data_page_header_v2: two, dictionary_page_header: words } = header
    const values = (one ?? two ?? words)?.num_values ?? 0
    if (values < 0) throw new RangeError('it counts its values wrong')
    const bytes = Math.max(unpacked, values * valueBytes)
    if (bytes > maxPageBytes) throw new TooLarge()
    if (type === 'DICTIONARY_PAGE') dictionary += bytes
    else if (one ?? two) {
      const held = two?.num_rows ?? values
      if (!two && !flat) located = false
      pages.push({ offset: at, length: next - at, size: bytes, from: row, to: row + held })
      row += held
      size += bytes
    }
    at = next
    // What follows the last row is no page: some writers leave metadata there.
    if (located && row >= rows) break
  }
  if (!located && size > maxPageBytes) throw new TooLarge()
  const all = { offset: start, length: end - start, size, from: 0, to: rows }
  return { path: meta.path_in_schema.join('.'), pages: located ? pages : [all], located, dictionary }
}

function rangeOf(meta: ColumnMetaData): { readonly start: number; readonly end: number } {
  const start = Number(meta.dictionary_page_offset || meta.data_page_offset)
  return { start, end: start + Number(meta.total_compressed_size) }
}

function headerAt(at: number, end: number, read: ReadBytes) {
  for (let size = firstHeaderBytes; ; size *= 8) {
    const bytes = read(at, Math.min(end, at + size))
    const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 }
    try {
      return { header: parquetHeader(reader), length: reader.offset }
    } catch (error) {
      if (at + size >= end || size >= maxHeaderBytes) throw error
    }
  }
}
