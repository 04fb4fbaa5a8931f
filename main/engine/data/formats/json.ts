// A JSON array of objects, read element by element: a file need not fit into memory, and a bad element is only one row.
import { studioError } from '../../../contract/errors/index.ts'
import type { Format, TextSource } from './format.ts'
import { jsonLines } from './json-lines.ts'
import { type JsonText, longestText, openObjects } from './objects.ts'

export const json: Format = {
  endings: ['.json'],
  looksLike: (sample) => sample.trimStart().startsWith('['),
  open: (source) => {
    // Many tools write JSON Lines under this ending.
    if (/^\s*\{[^\n]*\}\s*\n\s*\{/.test(source.sample)) return jsonLines.open(source)
    if (!source.sample.trimStart().startsWith('[')) throw studioError('data/json-not-array', source.name)
    return openObjects(source.name, () => elements(source))
  },
}

/** The texts between the array's outermost commas. */
async function* elements({ read }: TextSource): AsyncGenerator<JsonText> {
  let line = 1
  let depth = 0
  let quoted = false
  let escaped = false
  let text = ''
  let start = 1
  for await (const piece of read()) {
    const { bytes } = piece
    // Where the part of this piece begins that belongs to the element under way.
    let from = 0
    for (let i = 0; i < piece.text.length; i++) {
      const character = piece.text[i]
      if (character === '\n') line++
      if (escaped) escaped = false
      else if (quoted) {
        if (character === '\\') escaped = true
        else if (character === '"') quoted = false
      } else if (character === '"') quoted = true
      else if (character === '[' || character === '{') {
        if (depth++ === 0) [from, start] = [i + 1, line]
      } else if (character === ']' || character === '}' || (character === ',' && depth === 1)) {
        if (character !== ',') depth--
        if (depth > 1 || (depth === 1 && character !== ',')) continue
        text += piece.text.slice(from, i)
        if (text.trim() !== '') yield { line: start + leadingLines(text), text, bytes }
        if (depth <= 0) return
        ;[text, from, start] = ['', i + 1, line]
      }
    }
    text += piece.text.slice(from)
    // Something that opens and never closes has swallowed the rest.
    if (text.length > longestText) break
  }
  // The file ends within its array: what is whole has been read.
  if (text.trim() !== '' && depth > 0) yield { line: start + leadingLines(text), text, bytes: 0 }
}

const leadingLines = (text: string): number => (/^\s*/.exec(text)?.[0].split('\n').length ?? 1) - 1
