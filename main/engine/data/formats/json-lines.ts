// JSON Lines: an object a line.
import type { TextFormat, TextSource } from './format.ts'
import { gatherText, type JsonText, openObjects } from './objects.ts'

export const jsonLines: TextFormat = {
  kind: 'text',
  heeds: [],
  endings: ['.jsonl', '.ndjson'],
  looksLike: (sample) => /^\s*\{\s*["}]/.test(sample),
  open: (source) => openObjects(source.name, () => lines(source)),
}

async function* lines({ read }: TextSource): AsyncGenerator<JsonText> {
  const gathered = gatherText()
  let line = 0
  let bytes = 0
  for await (const piece of read()) {
    bytes = piece.bytes
    const parts = piece.text.split('\n')
    const rest = parts.pop() ?? ''
    for (const part of parts) {
      line++
      gathered.add(part)
      const value = gathered.take()
      if (value) yield { line, bytes, ...value }
    }
    gathered.add(rest)
  }
  const last = gathered.take()
  if (last) yield { line: line + 1, bytes, ...last }
}
