// Finds the texts of JSON values in a file: of a list's elements, of values one after another, or of a value a line.
import type { TextPiece } from '../../encoding/decode.ts'
import { gatherText, type JsonText } from '../values.ts'

type Pieces = AsyncGenerator<TextPiece>

/** Where a list begins: characters before it, its line, and whether it stands within an object. */
export interface ListPlace {
  readonly offset: number
  readonly line: number
  readonly isWithin: boolean
}

/** A value a line; a comma may end it. */
export async function* lineValues(pieces: Pieces): AsyncGenerator<JsonText> {
  const gathered = gatherText()
  let line = 0
  let bytes = 0
  for await (const piece of pieces) {
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

/** Values one after another, each over several lines perhaps. A brace at a line's start begins a new one. */
export async function* sequenceValues(pieces: Pieces): AsyncGenerator<JsonText> {
  const gathered = gatherText()
  let line = 1
  let start = 0
  let element = 0
  let depth = 0
  let quoted = false
  let escaped = false
  let atLineStart = true
  let bytes = 0
  const neverEnds = { broken: 'it never ends' }
  for await (const piece of pieces) {
    bytes = piece.bytes
    let from = 0
    for (let i = 0; i < piece.text.length; i++) {
      const character = piece.text[i] ?? ''
      if (atLineStart && character === '{' && depth > 0) {
        gathered.add(piece.text.slice(from, i))
        const value = gathered.take()
        if (value) yield { line: start, element: ++element, bytes, ...value, ...neverEnds }
        ;[from, depth, quoted, escaped] = [i, 0, false, false]
      }
      atLineStart = character === '\n'
      if (atLineStart) line++
      if (escaped) escaped = false
      else if (quoted) {
        if (character === '\\') escaped = true
        else if (character === '"') quoted = false
      } else if (character === '"' && depth > 0) quoted = true
      else if (character === '{' || character === '[') {
        if (depth++ === 0) [start, from] = [line, i]
      } else if ((character === '}' || character === ']') && depth > 0 && --depth === 0) {
        gathered.add(piece.text.slice(from, i + 1))
        const value = gathered.take()
        if (value) yield { line: start, element: ++element, bytes, ...value }
        from = i + 1
      } else if (depth === 0 && !/[\s,]/.test(character)) {
        // What is between two values is none.
        const end = /[\n{[]/.exec(piece.text.slice(i))
        const to = end ? i + end.index : piece.text.length
        yield { line, element: ++element, bytes, text: '', broken: 'it is not valid JSON' }
        i = to - 1
      }
    }
    if (depth > 0) gathered.add(piece.text.slice(from))
  }
  const value = gathered.take()
  if (value) yield { line: start, element: ++element, bytes, ...value, ...neverEnds }
}

/**
 * The texts between a list's own commas. A bracket that closes nothing stays in its text and makes it invalid. `at`:
 * where the list begins; where that is within an object, nobody asks what follows it.
 */
export async function* listValues(pieces: Pieces, at: ListPlace): AsyncGenerator<JsonText> {
  const gathered = gatherText()
  let line = at.line
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
  for await (const piece of behind(pieces, at.offset)) {
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
      else if (ended && at.isWithin) return
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
  // A file that was cut between two elements looks whole, but for the bracket.
  if (!ended && depth === 1)
    yield { line, bytes, text: '', broken: 'the list never ends: rows may be missing behind it' }
}

/** The text from a character on. */
async function* behind(pieces: Pieces, offset: number): Pieces {
  let left = offset
  for await (const { text, bytes } of pieces) {
    const rest = text.slice(left)
    left = Math.max(0, left - text.length)
    if (rest !== '') yield { text: rest, bytes }
  }
}

const isBlank = (character: string): boolean => ' \n\r\t'.includes(character)
