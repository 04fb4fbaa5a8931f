// The table of forms in which a table comes back with more columns.
import { writeIntoWorkbook } from './workbook.ts'
import type { Watch } from '../data/formats/format.ts'
import type { AddedColumns } from './columns.ts'
import { type ReadTable, writeCsv, writeJsonLines, writeXlsx } from './table-file.ts'
import type { LabelledForm } from '../../contract/methods/labellings.ts'

export { type AddedCell, type AddedColumns, freeNames } from './columns.ts'
export type { ReadTable }

export interface LabelledTable extends ReadTable {
  /** Whether some rows are left out: a workbook is then written anew, with nothing but the table. */
  readonly partial: boolean
  /** Is called with what is done, of so much, where the rows do not tell; what it throws ends the writing. */
  readonly watch: Watch
}

type Write = (table: LabelledTable, target: string, added: AddedColumns) => Promise<void>

/** Errors: those of `openTable` and `writeIntoWorkbook`, and of writing the file. */
export const writeLabelled: { readonly [F in LabelledForm]: Write } = {
  xlsx: async (table, target, added) => {
    const { path: source, taken, partial, watch } = table
    const { format, sheet, headerLine = 0 } = taken
    if (format !== 'xlsx' || sheet === undefined || partial) return writeXlsx(table, target, added)
    return writeIntoWorkbook({ source, target, sheet, headerRow: headerLine, watch }, added)
  },
  csv: writeCsv,
  jsonl: writeJsonLines,
}
