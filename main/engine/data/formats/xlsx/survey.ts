// A first pass over a sheet: what it holds, so that its table can be laid out before its rows are read.
import { maxColumns, noFacts, readSheet, type SheetFacts, type SheetRow } from './sheet.ts'
import type { Sheet, Workbook } from './workbook.ts'
import type { Archive } from './zip.ts'

export interface Survey {
  readonly sheet: Sheet
  /** The first rows that are not empty, and the one whose number was asked for. */
  readonly first: readonly SheetRow[]
  /** Rows that are not empty. */
  readonly rows: number
  /** Their filled cells. */
  readonly cells: number
  readonly characters: number
  /** By column: the rows that fill it. */
  readonly filled: Uint32Array
  readonly facts: SheetFacts
}

/** Rows among which the names are looked for, and rows below them. */
const headerSample = 40

/** `wanted`: number of a row that must be in `first`. Errors: those of `readSheet`. */
export async function surveySheet(archive: Archive, sheet: Sheet, workbook: Workbook, wanted = 0): Promise<Survey> {
  const facts = noFacts()
  const first: SheetRow[] = []
  const filled = new Uint32Array(maxColumns)
  let rows = 0
  let cells = 0
  let characters = 0
  for await (const piece of readSheet(archive, sheet.part, workbook, facts))
    for (const row of piece.rows) {
      if (first.length < headerSample || row.row === wanted) first.push(row)
      rows++
      for (const [i, column] of row.columns.entries()) {
        filled[column] = (filled[column] ?? 0) + 1
        characters += row.texts[i]?.length ?? 0
        cells++
      }
    }
  return { sheet, first, rows, cells, characters, filled, facts }
}
