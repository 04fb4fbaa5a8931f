// Excel workbooks: the first sheet with a header and a row below it; every cell as Excel displays it.
import { studioError } from '../../../contract/errors/index.ts'
import { createChunkBuilder } from './chunks.ts'
import type { BinaryFormat, FileSource, OpenedTable, TableChunk } from './format.ts'
import { readSheet, type SheetPiece, type SheetRow } from './xlsx/sheet.ts'
import { readWorkbook } from './xlsx/workbook.ts'
import { openZip } from './xlsx/zip.ts'

const zipMark = [0x50, 0x4b, 0x03, 0x04] as const
/** Workbooks of Excel before 2007, and of any Excel that locks its file with a password. */
const oldMark = [0xd0, 0xcf, 0x11, 0xe0] as const
const chunkRows = 1000

const begins = (start: Uint8Array, mark: readonly number[]): boolean => mark.every((byte, i) => start[i] === byte)

export const xlsx: BinaryFormat = {
  kind: 'binary',
  heeds: ['sheet', 'header'],
  looksLike: (start) => begins(start, zipMark),
  open,
}

export const oldExcel: BinaryFormat = {
  kind: 'binary',
  heeds: ['sheet', 'header'],
  looksLike: (start) => begins(start, oldMark),
  open: ({ name }) => Promise.reject(studioError('data/old-excel', name)),
}

async function open(source: FileSource): Promise<OpenedTable> {
  const archive = await openZip(source)
  const workbook = await readWorkbook(source.name, archive)
  for (const part of workbook.sheets) {
    const pieces = (): AsyncGenerator<SheetPiece> => readSheet(archive, part, workbook)
    const header = await headerOf(pieces())
    if (header)
      return {
        taken: { headerLine: header.row, notes: [] },
        columns: header.cells,
        chunks: () => chunks(pieces(), header),
      }
  }
  throw studioError('data/no-rows', source.name)
}

/** The first row, where another follows. */
async function headerOf(pieces: AsyncGenerator<SheetPiece>): Promise<SheetRow | undefined> {
  let header: SheetRow | undefined
  for await (const { rows } of pieces)
    for (const row of rows) {
      if (header) return header
      if (row.cells.length > 0) header = row
    }
  return undefined
}

async function* chunks(pieces: AsyncGenerator<SheetPiece>, header: SheetRow): AsyncGenerator<TableChunk> {
  const width = header.cells.length
  const chunk = createChunkBuilder(chunkRows)
  let bytes = 0
  let last = header.row
  for await (const piece of pieces) {
    bytes = piece.read
    for (const { row, cells, broken } of piece.rows) {
      if (row <= header.row) continue
      last = row
      const reason =
        broken ?? (cells.length > width ? `${cells.length} cells where the header has ${width}` : undefined)
      if (reason !== undefined) chunk.skip(row, reason)
      else
        chunk.row(
          row,
          Array.from({ length: width }, (_, i) => cells[i] ?? ''),
        )
      if (chunk.isFull()) yield chunk.take(bytes)
    }
    if (piece.broken) chunk.skip(last + 1, 'the sheet is damaged here; what follows was left out')
    // Even an empty chunk is yielded, so that an import can be cancelled while no row is found.
    yield chunk.take(bytes)
  }
}
