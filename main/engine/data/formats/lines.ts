// Plain lines: each is a text of its own, in one column.
import { createChunkBuilder } from './chunks.ts'
import { isTable } from './delimited/dialect.ts'
import type { TableChunk, TextFormat, TextSource } from './format.ts'
import { gatherText } from './values.ts'

const chunkRows = 1000

export const lines: TextFormat = {
  kind: 'text',
  heeds: [],
  endings: [],
  looksLike: (sample) => !isTable(sample),
  open: (source) =>
    Promise.resolve({ taken: { headerLine: 0, notes: [] }, columns: ['text'], chunks: () => chunks(source) }),
}

async function* chunks({ read }: TextSource): AsyncGenerator<TableChunk> {
  const gathered = gatherText()
  const chunk = createChunkBuilder(chunkRows)
  let line = 1
  let bytes = 0
  // Whether the last piece ended with a carriage return, whose line feed may come with the next piece.
  let endedWithReturn = false
  const end = (): void => {
    const value = gathered.take()
    if (value?.broken !== undefined) chunk.skip(line, value.broken)
    else if (value) chunk.row(line, [value.text])
    line++
  }
  for await (const piece of read()) {
    bytes = piece.bytes
    const text = endedWithReturn && piece.text.startsWith('\n') ? piece.text.slice(1) : piece.text
    endedWithReturn = piece.text.endsWith('\r')
    const parts = text.split(/\r\n|\r|\n/)
    const rest = parts.pop() ?? ''
    for (const part of parts) {
      gathered.add(part)
      end()
      if (chunk.isFull()) yield chunk.take(bytes)
    }
    gathered.add(rest)
  }
  end()
  yield chunk.take(bytes)
}
