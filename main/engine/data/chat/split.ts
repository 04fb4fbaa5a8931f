// Splits a table's chats into columns, while its rows are read.
import type { Taken } from '../../../contract/reading.ts'
import type { OpenedTable, TableChunk } from '../formats/format.ts'
import { chatShapeOf, mayHoldChats } from './index.ts'
import type { ChatShape } from './shape.ts'

interface Splittable extends Pick<OpenedTable, 'columns' | 'chunks'> {
  readonly taken: Taken
}

/** The table as it is where it holds no chats. Looks at its first chunk. Errors: those of the chunks. */
export async function splitChats<T extends Splittable>(table: T): Promise<T> {
  const { columns, chunks } = table
  if (!mayHoldChats(columns)) return table
  const shape = chatShapeOf(columns, await firstRows(chunks))
  if (!shape) return table
  return {
    ...table,
    taken: { ...table.taken, chat: shape.name },
    columns: shape.columns,
    chunks: () => split(chunks(), shape),
  }
}

async function firstRows(chunks: () => AsyncGenerator<TableChunk>): Promise<readonly (readonly string[])[]> {
  for await (const { rows } of chunks()) if (rows.length > 0) return rows.map(({ cells }) => cells)
  return []
}

async function* split(chunks: AsyncGenerator<TableChunk>, shape: ChatShape): AsyncGenerator<TableChunk> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes = chunk.bytes
    const rows: TableChunk['rows'][number][] = []
    const skipped = [...chunk.skipped]
    for (const { row, cells } of chunk.rows) {
      const parts = shape.cells(cells, row)
      if (typeof parts === 'string') skipped.push({ line: row, reason: parts })
      else rows.push({ row, cells: parts })
    }
    yield { ...chunk, rows, skipped }
  }
  yield { rows: [], skipped: [], bytes, notes: shape.notes() }
}
