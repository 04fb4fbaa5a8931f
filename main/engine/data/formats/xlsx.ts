// Excel workbooks: the chosen sheet, or the fullest one; every cell as Excel displays it.
import { studioError } from '../../../contract/errors/index.ts'
import { createChunkBuilder } from './chunks.ts'
import type { BinaryFormat, FileSource, OpenedTable, TableChunk } from './format.ts'
import { type Layout, layoutOf } from './xlsx/layout.ts'
import { fillMerged } from './xlsx/merges.ts'
import { notesOf } from './xlsx/notes.ts'
import { cellsOf, readSheet, type SheetPiece, type SheetRow, widthOf } from './xlsx/sheet.ts'
import { type Survey, surveySheet } from './xlsx/survey.ts'
import { hasComments, readWorkbook, type Workbook } from './xlsx/workbook.ts'
import { type Archive, openZip } from './xlsx/zip.ts'

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
  const { name, choices } = source
  const archive = await openZip(source)
  const workbook = await readWorkbook(name, archive)
  const survey = await surveyOf(source, archive, workbook)
  const layout = layoutOf(name, survey, choices.header)
  const notes = notesOf(workbook, survey, layout, await hasComments(name, archive, survey.sheet))
  const { sheet, first, rows, characters } = survey
  const below = rows - layout.above
  if (below < 1 || first.length === 0) throw studioError('data/no-rows', name)
  return {
    taken: { sheet: sheet.name, sheets: workbook.sheets.map((each) => each.name), headerLine: layout.headerRow, notes },
    columns: layout.columns.map((column) => column.name),
    head: first.map((row) => ({ line: row.row, cells: cellsOf(row, widthOf(row)) })),
    size: { rows: below, characters },
    chunks: () => chunks(readSheet(archive, sheet.part, workbook), survey, layout),
  }
}

/** The chosen sheet; else, of those that are not hidden, the one with most cells. Errors: 'data/no-sheet', 'data/no-rows'. */
async function surveyOf({ name, choices }: FileSource, archive: Archive, workbook: Workbook): Promise<Survey> {
  const { sheets } = workbook
  const seen = sheets.filter(({ hidden }) => !hidden)
  const possible =
    choices.sheet === undefined
      ? seen.length > 0
        ? seen
        : sheets
      : sheets.filter((sheet) => sheet.name === choices.sheet).slice(0, 1)
  if (possible.length === 0 && choices.sheet !== undefined)
    throw studioError(
      'data/no-sheet',
      name,
      choices.sheet,
      sheets.map((sheet) => sheet.name),
    )
  let fullest: Survey | undefined
  for (const sheet of possible) {
    const survey = await surveySheet(archive, sheet, workbook, choices.header)
    if (survey.cells > (fullest?.cells ?? 0) && (survey.rows > 1 || choices.header === 0 || !fullest)) fullest = survey
  }
  if (!fullest) throw studioError('data/no-rows', name)
  return fullest
}

async function* chunks(pieces: AsyncGenerator<SheetPiece>, survey: Survey, layout: Layout): AsyncGenerator<TableChunk> {
  const { end, width } = layout
  const read = rowReader(survey, layout)
  const chunk = createChunkBuilder(chunkRows)
  let bytes = 0
  let last = end
  for await (const piece of pieces) {
    bytes = piece.read
    for (const row of piece.rows) {
      if (row.row <= end) continue
      last = row.row
      const cells = widthOf(row)
      const reason = row.broken ?? (cells > width ? `${cells} cells where the header has ${width}` : undefined)
      // Even of a row that is skipped, merged cells go on below.
      const texts = read(row)
      if (reason === undefined) chunk.row(row.row, texts)
      else chunk.skip(row.row, reason)
      if (chunk.isFull()) yield chunk.take(bytes)
    }
    if (piece.broken) chunk.skip(last + 1, 'the sheet is damaged here; what follows was left out')
    // Even an empty chunk is yielded, so that an import can be cancelled while no row is found.
    yield chunk.take(bytes)
  }
}

/** Reads the cells of the columns that are taken, of rows that come one after the other. */
function rowReader({ facts }: Survey, { end, width, columns }: Layout): (row: SheetRow) => string[] {
  const merges = facts.merges.filter(({ top }) => top > end)
  if (merges.length > 0) {
    const fill = fillMerged(merges, width)
    return (row) => {
      const cells = cellsOf(row, width)
      fill(row.row, cells)
      return columns.map(({ at }) => cells[at] ?? '')
    }
  }
  const places = new Map(columns.map(({ at }, place) => [at, place]))
  return ({ columns: filled, texts }) => {
    const cells = columns.map(() => '')
    for (const [i, column] of filled.entries()) {
      const place = places.get(column)
      if (place !== undefined) cells[place] = texts[i] ?? ''
    }
    return cells
  }
}
