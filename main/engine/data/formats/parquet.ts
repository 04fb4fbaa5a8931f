// Parquet: typed columns, packed in groups of rows; values become text, nested ones JSON.
import { studioError } from '../../../contract/errors/index.ts'
import type { BinaryFormat, FileSource, OpenedTable, TableChunk } from './format.ts'
import { readInThread } from './parquet/client.ts'

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

/** `timeout`: milliseconds that reading some rows may take. Errors: see `readInThread`, 'data/no-rows'. */
export async function openParquet(source: FileSource, timeout?: number): Promise<OpenedTable> {
  const columns = await columnsOf(source, timeout)
  return { taken: { notes: [] }, columns, chunks: () => chunks(source, timeout) }
}

async function columnsOf(source: FileSource, timeout: number | undefined): Promise<readonly string[]> {
  for await (const step of readInThread(source, timeout)) if (isColumns(step) && step.length > 0) return step
  throw studioError('data/no-rows', source.name)
}

async function* chunks(source: FileSource, timeout: number | undefined): AsyncGenerator<TableChunk> {
  for await (const step of readInThread(source, timeout)) if (!isColumns(step)) yield step
}

const isColumns = (step: readonly string[] | TableChunk): step is readonly string[] => Array.isArray(step)
