// A JSON array of objects, read element by element: a file need not fit into memory, and a bad element is only one row.
import { studioError } from '../../../contract/errors/index.ts'
import type { TextFormat, TextSource } from './format.ts'
import { jsonLines } from './json-lines.ts'
import { gatherText, type JsonText, openObjects } from './objects.ts'

export const json: TextFormat = {
  kind: 'text',
  heeds: [],
  endings: ['.json'],
  // A line of a chat may start with a time in brackets.
  looksLike: (sample) => /^\s*\[\s*[[{\]]/.test(sample),
  open: (source) => {
    // Many tools write JSON Lines under this ending.
    if (/^\s*\{[^\n]*\}\s*\n\s*\{/.test(source.sample)) return jsonLines.open(source)
    if (!source.sample.trimStart().startsWith('[')) throw studioError('data/json-not-array', source.name)
    return openObjects(source.name, () => elements(source))
  },
}

/** The texts between the array's own commas. A bracket that closes nothing stays in its text and makes it invalid. */
async function* elements({ read }: TextSource): AsyncGenerator<JsonText> {
  const gathered = gatherText()
  let line = 1
  // Where the element under way starts; 0 before its first character.
  let start = 0
  let element = 0
  // 1 between the array's elements, more within one.
  let depth = 0
  // The bracket that ends the element under way.
  let closer = ''
  let ended = false
  let quoted = false
  let escaped = false
  let bytes = 0
  for await (const piece of read()) {
    bytes = piece.bytes
    // Where the part of this piece begins that belongs to the element under way.
    let from = 0
    for (let i = 0; i < piece.text.length; i++) {
      const character = piece.text[i] ?? ''
      if (character === '\n') line++
      if (escaped) escaped = false
      else if (quoted) {
        if (character === '\\') escaped = true
        else if (character === '"') quoted = false
      } else if (isBlank(character)) continue
      else if (ended)
        return yield { line, bytes, text: '', broken: 'the list ends before this line; the rest was left out' }
      else if (depth === 0) {
        if (character === '[') [depth, from] = [1, i + 1]
      } else if (depth === 1 && (character === ',' || character === ']')) {
        gathered.add(piece.text.slice(from, i))
        const value = gathered.take()
        if (value) yield { line: start, element: ++element, bytes, ...value }
        ended = character === ']'
        ;[start, from] = [0, i + 1]
      } else {
        if (start === 0) start = line
        if (character === '"') quoted = true
        else if (character === '[' || character === '{') {
          if (depth++ === 1) closer = character === '[' ? ']' : '}'
        } else if ((character === ']' || character === '}') && (depth > 2 || (depth === 2 && character === closer)))
          depth--
      }
    }
    if (!ended) gathered.add(piece.text.slice(from))
  }
  const value = ended ? undefined : gathered.take()
  const open = depth > 1 || quoted ? { broken: 'it never ends; what follows it was left out' } : {}
  if (value) yield { line: start, element: ++element, bytes, ...value, ...open }
}

const isBlank = (character: string): boolean => ' \n\r\t'.includes(character)
