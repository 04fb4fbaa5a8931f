// JSON Lines: an object a line.
import type { Format, TextSource } from './format.ts'
import { type JsonText, longestText, openObjects } from './objects.ts'

export const jsonLines: Format = {
  endings: ['.jsonl', '.ndjson'],
  looksLike: (sample) => sample.trimStart().startsWith('{'),
  open: (source) => openObjects(source.name, () => lines(source)),
}

async function* lines({ read }: TextSource): AsyncGenerator<JsonText> {
  let rest = ''
  let line = 0
  let bytes = 0
  for await (const piece of read()) {
    bytes = piece.bytes
    const parts = (rest + piece.text).split('\n')
    rest = parts.pop() ?? ''
    for (const text of parts) {
      line++
      if (text.trim() !== '') yield { line, text, bytes }
    }
    if (rest.length > longestText) break
  }
  if (rest.trim() !== '') yield { line: line + 1, text: rest, bytes }
}
