// Plain lines: each is a text of its own, in one column.
import type { DataRow } from '../../../contract/records.ts'
import type { SkippedRow } from '../../../contract/service.ts'
import { commonDelimiter } from './delimiters.ts'
import type { TableChunk, TextFormat, TextSource } from './format.ts'
import { gatherText } from './objects.ts'

const chunkRows = 1000

export const lines: TextFormat = {
  kind: 'text',
  endings: [],
  looksLike: (sample) => commonDelimiter(sample) === undefined,
  open: (source) => Promise.resolve({ columns: ['text'], chunks: () => chunks(source) }),
}

async function* chunks({ read }: TextSource): AsyncGenerator<TableChunk> {
  const gathered = gatherText()
  let rows: DataRow[] = []
  let skipped: SkippedRow[] = []
  let line = 1
  let bytes = 0
  // Its line feed may come with the next piece.
  let returned = false
  const end = (): void => {
    const value = gathered.take()
    if (value?.broken !== undefined) skipped.push({ line, reason: value.broken })
    else if (value) rows.push({ row: line, cells: [value.text] })
    line++
  }
  const take = (): TableChunk => {
    const chunk = { rows, skipped, bytes }
    rows = []
    skipped = []
    return chunk
  }
  for await (const piece of read()) {
    bytes = piece.bytes
    const text = returned && piece.text.startsWith('\n') ? piece.text.slice(1) : piece.text
    returned = piece.text.endsWith('\r')
    const parts = text.split(/\r\n|\r|\n/)
    const rest = parts.pop() ?? ''
    for (const part of parts) {
      gathered.add(part)
      end()
      if (rows.length + skipped.length >= chunkRows) yield take()
    }
    gathered.add(rest)
  }
  end()
  yield take()
}
