// Excel workbooks: the first sheet with a header and a row below it; every cell as people see it there.
import type { DataRow } from '../../../contract/records.ts'
import type { SkippedRow } from '../../../contract/service.ts'
import { studioError } from '../../../contract/errors/index.ts'
import type { BinaryFormat, FileSource, OpenedTable, TableChunk } from './format.ts'
import { readSheet, type SheetPiece, type SheetRow } from './xlsx/sheet.ts'
import { readWorkbook } from './xlsx/workbook.ts'
import { openZip } from './xlsx/zip.ts'

const zipMark = [0x50, 0x4b, 0x03, 0x04] as const
/** Excel before 2007, and any Excel that locks its file with a password. */
const oldMark = [0xd0, 0xcf, 0x11, 0xe0] as const
const chunkRows = 1000

const begins = (start: Uint8Array, mark: readonly number[]): boolean => mark.every((byte, i) => start[i] === byte)

export const xlsx: BinaryFormat = {
  kind: 'binary',
  looksLike: (start) => begins(start, zipMark),
  open,
}

export const oldExcel: BinaryFormat = {
  kind: 'binary',
  looksLike: (start) => begins(start, oldMark),
  open: ({ name }) => Promise.reject(studioError('data/old-excel', name)),
}

async function open(source: FileSource): Promise<OpenedTable> {
  const archive = await openZip(source)
  const workbook = await readWorkbook(source.name, archive)
  for (const part of workbook.sheets) {
    const pieces = (): AsyncGenerator<SheetPiece> => readSheet(archive, part, workbook)
    const header = await headerOf(pieces())
    if (header) return { columns: header.cells, chunks: () => chunks(pieces(), header) }
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
  let rows: DataRow[] = []
  let skipped: SkippedRow[] = []
  let bytes = 0
  let last = header.row
  const take = (): TableChunk => {
    const chunk = { rows, skipped, bytes }
    rows = []
    skipped = []
    return chunk
  }
  for await (const piece of pieces) {
    bytes = piece.read
    for (const { row, cells, broken } of piece.rows) {
      if (row <= header.row) continue
      last = row
      const reason =
        broken ?? (cells.length > width ? `${cells.length} cells where the header has ${width}` : undefined)
      if (reason !== undefined) skipped.push({ line: row, reason })
      else rows.push({ row, cells: Array.from({ length: width }, (_, i) => cells[i] ?? '') })
      if (rows.length + skipped.length >= chunkRows) yield take()
    }
    if (piece.broken) skipped.push({ line: last + 1, reason: 'the sheet is damaged here; what follows was left out' })
    // Also where nothing was found for long, so that an import can be told to stop.
    yield take()
  }
}
