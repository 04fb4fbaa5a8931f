// Watches a text while a format reads it: removes NUL characters, and remembers where characters were unreadable.
import { createPlaces, type Places } from '../places.ts'
import { grouped } from '../../../contract/words/counts.ts'
import type { TextPiece } from './decode.ts'

export interface TextWatch {
  /** The same text without NUL characters; each call begins anew. */
  readonly through: (pieces: AsyncGenerator<TextPiece>) => AsyncGenerator<TextPiece>
  /** What was seen in the text that was watched last, in sentences. */
  readonly notes: () => string[]
}

export function watchText(): TextWatch {
  let unreadable = createPlaces()
  let removed = createPlaces()
  return {
    async *through(pieces) {
      const [replaced, zeros] = [createPlaces(), createPlaces()]
      ;[unreadable, removed] = [replaced, zeros]
      const lines = lineCounter()
      for await (const { text, bytes } of pieces) {
        if (text.includes('\ufffd') || text.includes('\0'))
          for (const part of text.split(/(?<=\n)/)) {
            see(part, '\ufffd', replaced, lines.at())
            see(part, '\0', zeros, lines.at())
            lines.see(part)
          }
        else lines.see(text)
        yield { text: zeros.count > 0 ? text.replaceAll('\0', '') : text, bytes }
      }
    },
    notes() {
      const notes: string[] = []
      if (unreadable.count > 0)
        notes.push(`${characters(unreadable)} could not be read and became "\ufffd", in ${unreadable.words()}.`)
      if (removed.count > 0) notes.push(`Left out ${characters(removed)} with the code 0, in ${removed.words()}.`)
      return notes
    },
  }
}

const characters = ({ count }: Places): string => (count === 1 ? '1 character' : `${grouped(count)} characters`)

function see(text: string, character: string, places: Places, line: number): void {
  const times = text.split(character).length - 1
  if (times > 0) places.see(line, times)
}

/** A line ends with a line feed, a carriage return, or both. */
function lineCounter() {
  let line = 1
  let returned = false
  return {
    /** The line where the next character stands. */
    at: () => line,
    see(text: string): void {
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) line++
      if (returned && text.startsWith('\n')) line--
      for (let at = text.indexOf('\r'); at >= 0; at = text.indexOf('\r', at + 1)) if (text[at + 1] !== '\n') line++
      if (text !== '') returned = text.endsWith('\r')
    },
  }
}
