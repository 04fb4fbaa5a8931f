// Parts a delimited text into records, piece by piece, each with the line where it starts.
import { type Dialect, recordAt } from './cells.ts'

/** Characters of a record at most: a quote that is not closed by then never closes. */
const maxRecord = 4_000_000

export interface TextRecord {
  /** From 1. */
  readonly line: number
  readonly cells: readonly string[]
  /** Whether nothing but delimiters and white space stands in it. */
  readonly blank: boolean
  /** Whether a quote in it that never closes was taken for a part of the text. */
  readonly lone: boolean
  /** Why it has no cells. */
  readonly broken?: string
}

export interface RecordParser {
  /** The records that end in this piece; empty lines are none. */
  push(text: string): TextRecord[]
  /** What is left at the end. */
  end(): TextRecord[]
}

/** `width`: cells that a record should have; 0 where nobody knows yet. */
export function createRecordParser(dialect: Dialect, width: number): RecordParser {
  let text = ''
  let line = 1
  /** Whether the rest of a line that is too long is left out. */
  let dropping = false
  let records = 0
  let withQuotes = 0

  function take(final: boolean): TextRecord[] {
    const found: TextRecord[] = []
    const isLast = (at: number): boolean => final || text.length - at > maxRecord
    let at = 0
    let isLong = false
    for (const ends = /\r\n|\n|\r/g; at < text.length;) {
      ends.lastIndex = at
      const end = ends.exec(text)
      // A line feed may still follow a carriage return.
      const isOpen = end === null || (end[0] === '\r' && ends.lastIndex === text.length)
      isLong = isOpen && isLast(at)
      if (isOpen && !final) break
      const lineEnd = end?.index ?? text.length
      const usual = { width, unquoted: withQuotes * 5 <= records }
      const record = dropping ? dropped(lineEnd) : recordAt(text, at, lineEnd, isLast(at), dialect, usual)
      if (!record) break
      const { cells, to, lone } = record
      const raw = text.slice(at, to)
      if (raw.trim() !== '' && !dropping) {
        records++
        if (raw.includes('"')) withQuotes++
        found.push({ line, cells, lone, blank: isBlank(raw, cells) })
      }
      dropping = false
      line += to === lineEnd ? 1 : linesOf(raw)
      at = to + (/^(?:\r\n|\n|\r)/.exec(text.slice(to, to + 2))?.[0].length ?? 0)
    }
    text = text.slice(at)
    if (isLong && !final && !dropping) {
      found.push({ line, cells: [], lone: false, blank: false, broken: 'it is longer than 4 MB' })
      dropping = true
    }
    if (dropping) text = text.slice(-1)
    return found
  }
  return {
    push(piece) {
      text += piece
      return take(false)
    },
    end: () => take(true),
  }
}

const dropped = (to: number) => ({ cells: [], to, lone: false })

const isBlank = (raw: string, cells: readonly string[]): boolean =>
  !raw.includes('"') && cells.every((cell) => cell.trim() === '')

const linesOf = (raw: string): number => raw.split(/\r\n|\n|\r/).length

/** All records of a text that is there as a whole, or of its beginning, where the last one may be cut off. */
export function recordsOf(text: string, isWhole: boolean, dialect: Dialect): TextRecord[] {
  const parser = createRecordParser(dialect, 0)
  const records = [...parser.push(text), ...parser.end()]
  return isWhole || records.length < 2 ? records : records.slice(0, -1)
}
