// Parquet: typed columns, packed in groups of rows; values become text, nested ones JSON.
import { studioError } from '../../../contract/errors/index.ts'
import { listOf } from '../../../contract/words/counts.ts'
import type { BinaryFormat, FileSource, OpenedTable, TableChunk } from './format.ts'
import { readInProcess } from './parquet/client.ts'
import type { ParquetHead } from './parquet/rows.ts'

const mark = 'PAR1'

export const parquet: BinaryFormat = {
  kind: 'binary',
  heeds: [],
  // A table of text may have such a column; behind the mark it has no control character.
  looksLike: (start) =>
    start.length > 4 && new TextDecoder().decode(start.subarray(0, 4)) === mark && isControl(start[4]),
  open: (source) => openParquet(source),
}

const isControl = (byte = 32): boolean => byte < 32 && byte !== 9 && byte !== 10 && byte !== 13

/** `timeout`: milliseconds that reading some rows may take. Errors: see `readInProcess`, 'data/no-rows'. */
export async function openParquet(source: FileSource, timeout?: number): Promise<OpenedTable> {
  const head = await headOf(source, timeout)
  return {
    taken: { notes: notesOf(head) },
    columns: head.columns,
    size: { rows: head.rows },
    chunks: () => chunks(source, timeout),
  }
}

const notesOf = ({ named, nested }: ParquetHead): string[] => [
  ...(named.length > 0 ? [`Numbers in ${listOf(named)} are shown by the names that the file gives them.`] : []),
  ...(nested.length > 0 ? [`Lists and structures in ${listOf(nested)} are written as JSON.`] : []),
]

async function headOf(source: FileSource, timeout: number | undefined): Promise<ParquetHead> {
  for await (const step of readInProcess(source, timeout)) if ('columns' in step && step.columns.length > 0) return step
  throw studioError('data/no-rows', source.name)
}

async function* chunks(source: FileSource, timeout: number | undefined): AsyncGenerator<TableChunk> {
  for await (const step of readInProcess(source, timeout)) if (!('columns' in step)) yield step
}
