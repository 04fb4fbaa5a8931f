// Reads the cells of one record (RFC 4180), and mends quotes that break the rules so that no other row is lost.
import type { Quoting } from '../../../../contract/reading.ts'

export interface Dialect {
  /** Undefined where a row is one cell. */
  readonly delimiter: string | undefined
  readonly quoting: Quoting
}

/** What records of the file are like. */
export interface Usual {
  /** Cells; 0 where nobody knows yet. */
  readonly width: number
  /** Whether most records have no quotes. */
  readonly unquoted: boolean
}

export interface Parsed {
  readonly cells: readonly string[]
  /** Where the record ends, before its newline. */
  readonly to: number
  /** Whether a quote opens in it that closes nowhere or swallows rows: it was taken for a part of the text. */
  readonly lone: boolean
}

/** A quoted cell of fewer lines is never taken for rows that a quote swallows. */
const minSwallowed = 3
const newline = /\r\n|\n|\r/

/**
 * The record that begins at `at` and whose first line ends at `lineEnd`. Undefined where more text is needed, which
 * comes unless `final`.
 */
export function recordAt(
  text: string,
  at: number,
  lineEnd: number,
  final: boolean,
  dialect: Dialect,
  usual: Usual,
): Parsed | undefined {
  const line = text.slice(at, lineEnd)
  const { delimiter, quoting } = dialect
  if (!line.includes('"') && !(quoting === 'backslash' && line.includes('\\')))
    return { cells: delimiter === undefined ? [line] : line.split(delimiter), to: lineEnd, lone: false }
  const oneLine = (lone: boolean): Parsed => ({ cells: cellsOfLine(line, dialect, usual), to: lineEnd, lone })

  const isRow = (): boolean => usual.width === 0 || isRowLike(line, dialect, usual)
  const read = readCells(text, at, dialect, { final, isRow })
  if (read === 'more') return undefined
  if (read === 'lone') return oneLine(true)
  const { cells, to, mended } = read
  if (mended && cells.length !== usual.width) return oneLine(to > lineEnd)
  if (to > lineEnd && !mended && swallowsRows(text.slice(at, to), dialect, usual)) return oneLine(true)
  return { cells, to, lone: false }
}

/** Each line of the record is a row of the file by itself. In prose a space follows a comma. */
function swallowsRows(record: string, dialect: Dialect, usual: Usual): boolean {
  if (!usual.unquoted || usual.width < 2) return false
  const lines = record.split(newline)
  return lines.length >= minSwallowed && lines.every((line) => isRowLike(line, dialect, usual))
}

function isRowLike(line: string, { delimiter }: Dialect, { width }: Usual): boolean {
  const cells = delimiter === undefined ? [line] : line.split(delimiter)
  return cells.length === width && cells.every((cell, i) => cell !== '' && !(i > 0 && cell.startsWith(' ')))
}

/** The cells of a line that no quote leads out of. */
function cellsOfLine(line: string, dialect: Dialect, { width }: Usual): readonly string[] {
  const read = readCells(line, 0, dialect, { final: true, isRow: () => false })
  const goneOn = typeof read === 'string' ? undefined : read.cells
  if (goneOn?.length === width) return goneOn
  const literal = readCells(line, 0, dialect, { final: true, isRow: () => false, literal: true })
  return typeof literal === 'string' ? [line] : literal.cells
}

interface Reading {
  /** Whether no more text comes. */
  readonly final: boolean
  /** Whether the first line is a row by itself. */
  readonly isRow: () => boolean
  /** Whether a cell whose quotes break the rules is read as it stands, up to the next delimiter. */
  readonly literal?: true
}

type Read = { readonly cells: string[]; readonly to: number; readonly mended: boolean } | 'more' | 'lone'

function readCells(text: string, at: number, dialect: Dialect, reading: Reading): Read {
  const { delimiter } = dialect
  const cells: string[] = []
  let mended = false
  for (let from = at; ;) {
    const open = openingQuote(text, from, delimiter)
    let close = open < 0 ? undefined : closingQuote(text, open, dialect, reading)
    if (close === 'more') return close
    if (reading.literal && (close === 'lone' || (typeof close === 'object' && close.mended))) close = undefined
    if (close === 'lone') return close
    if (close) {
      mended ||= close.mended
      cells.push(unescaped(text.slice(open + 1, close.quote), dialect, '"'))
    }
    const to = close ? close.to : plainEnd(text, from, dialect)
    if (!close) cells.push(unescaped(text.slice(from, to), dialect, ''))
    if (delimiter === undefined || !text.startsWith(delimiter, to)) return { cells, to, mended }
    from = to + delimiter.length
  }
}

/** Where a cell's quote opens, behind spaces perhaps; -1 where it has none. */
function openingQuote(text: string, from: number, delimiter: string | undefined): number {
  let at = from
  while (text[at] === ' ' && delimiter !== ' ') at++
  return text[at] === '"' ? at : -1
}

/** The quote that ends a cell: the cell's delimiter or the record's end follows it, behind spaces perhaps. */
function closingQuote(
  text: string,
  open: number,
  { delimiter, quoting }: Dialect,
  { final, isRow }: Reading,
): { readonly quote: number; readonly to: number; readonly mended: boolean } | 'more' | 'lone' {
  let mended = false
  for (let at = open + 1; ;) {
    const quote = text.indexOf('"', at)
    if (!final && (quote < 0 || quote === text.length - 1)) return 'more'
    if (quote < 0) return 'lone'
    if (quoting === 'backslash' && isEscaped(text, quote)) at = quote + 1
    else if (text[quote + 1] === '"') at = quote + 2
    else {
      let to = quote + 1
      while (text[to] === ' ' && delimiter !== ' ') to++
      if (to === text.length && !final) return 'more'
      const next = text[to]
      if (
        next === undefined ||
        next === '\n' ||
        next === '\r' ||
        (delimiter !== undefined && text.startsWith(delimiter, to))
      )
        return { quote, to, mended }
      if (newline.test(text.slice(open, quote)) && isRow()) return 'lone'
      mended = true
      at = quote + 1
    }
  }
}

const isEscaped = (text: string, at: number): boolean => {
  let backslashes = 0
  while (text[at - 1 - backslashes] === '\\') backslashes++
  return backslashes % 2 === 1
}

/** Where a cell without quotes ends. */
function plainEnd(text: string, from: number, { delimiter, quoting }: Dialect): number {
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '\n' || character === '\r') return at
    if (quoting === 'backslash' && character === '\\') at++
    else if (delimiter !== undefined && character === delimiter[0] && text.startsWith(delimiter, at)) return at
  }
  return text.length
}

/** `quote`: the character that is doubled where the cell is quoted. */
function unescaped(cell: string, { delimiter, quoting }: Dialect, quote: '"' | ''): string {
  const plain = quote === '' ? cell : cell.replaceAll('""', '"')
  if (quoting !== 'backslash') return plain
  return plain.replace(/\\([\s\S])/g, (both, one: string) => ('"\\'.includes(one) || one === delimiter ? one : both))
}
