// Which line of a delimited text, or row of a sheet, names the columns: the rule stands at `findHeader`.
import { contextNames, labelNames, textNames } from '../roles.ts'
import { cellsWithin } from './delimited/dialect.ts'
import type { TextRecord } from './delimited/records.ts'

/** One of a table's first lines or rows. */
export type FirstRecord = Omit<TextRecord, 'lone'>

export interface Header {
  /** 0 where no line names the columns. */
  readonly line: number
  /** Records that begin up to this line are no rows. */
  readonly end: number
  /** '' where a column has no name. */
  readonly columns: readonly string[]
  readonly notes: readonly string[]
}

/** Records among which the names are looked for. */
const maxAbove = 20
/** Characters of a title that are shown. */
const maxTitle = 60

/**
 * The rule. Above the names may stand comments, which begin with "#", and titles, which fill one cell, or half of the
 * cells at most. What stands above an empty line is a title too, where it has fewer cells than most records or a usual
 * name follows; and so is what would name so few columns that the records below it do not fit. The first record below
 * them has the names, unless it is a row: one of its values stands again in its column, or a number stands over numbers,
 * or each of its cells is a text of several words like those below. A usual name, such as "text" or "label", makes a
 * record the names. `width`: cells of most records.
 */
export function findHeader(all: readonly FirstRecord[], width: number): Header {
  const records = all.filter(({ blank, broken }) => !blank && broken === undefined)
  const first = firstBelowTitles(records.slice(0, maxAbove), width)
  const above = records.slice(0, first)
  const notes = above.length === 0 ? [] : [`Left out above the first row: ${above.map(shown).join(', ')}.`]
  const [record, ...below] = records.slice(first)
  const rows = below.map(({ cells }) => cells)
  if (!record || isRow(record.cells, rows)) {
    const unnamed = record ? [`Line ${record.line} is a row, not names: the columns are named by their numbers.`] : []
    return { line: 0, end: above.at(-1)?.line ?? 0, columns: emptyNames(width), notes: [...notes, ...unnamed] }
  }
  const names = record.cells.slice(0, cellsWithin(record.cells, width))
  // R writes the rows' names into a first column that has none itself.
  const hasRowNames = names.length === width - 1 && rows.length > 0 && rows.every((cells) => isNumber(cells[0]))
  return { line: record.line, end: record.line, columns: hasRowNames ? ['', ...names] : names, notes }
}

/** The names where a person says that they are; undefined where no record begins at this line. 0: there are none. */
export function headerAt(records: readonly FirstRecord[], line: number, width: number): Header | undefined {
  if (line === 0) return { line: 0, end: 0, columns: emptyNames(width), notes: [] }
  const record = records.find((each) => each.line === line)
  return record && { line, end: line, columns: record.cells.slice(0, cellsWithin(record.cells, width)), notes: [] }
}

const emptyNames = (width: number): string[] => Array.from({ length: width }, () => '')

const shown = ({ line, cells }: FirstRecord): string => {
  const words = cells.filter((cell) => cell.trim() !== '').join(' ')
  return `line ${line}, "${words.length > maxTitle ? `${words.slice(0, maxTitle)}…` : words}"`
}

function firstBelowTitles(records: readonly FirstRecord[], width: number): number {
  const parted = behindGap(records, width)
  const first = records.findIndex((record, i) => i >= parted && !isTitle(record, width))
  return Math.max(0, first)
}

/** The first record behind an empty line, where all above it have fewer cells than most, or it has the first usual name; else 0. */
function behindGap(records: readonly FirstRecord[], width: number): number {
  const whole = records.findIndex(({ cells }) => cellsWithin(cells, width) >= width)
  const usual = records.findIndex(({ cells }) => cells.some(isUsual))
  const gap = records.findLastIndex((record, i) => (i < whole || i === usual - 1) && isGap(record, records[i + 1]))
  return gap + 1
}

/** Whether an empty line stands between two records, the first of which may have line breaks in its cells. */
function isGap({ line, cells }: FirstRecord, next: FirstRecord | undefined): boolean {
  const breaks = cells.reduce((sum, cell) => sum + (cell.match(/\r\n|\r|\n/g)?.length ?? 0), 0)
  return next !== undefined && next.line > line + breaks + 1
}

function isTitle({ cells }: FirstRecord, width: number): boolean {
  if (cells[0]?.startsWith('#') && (cells.length !== width || cells[0].startsWith('# '))) return true
  const filled = cells.filter((cell) => cell.trim() !== '').length
  if (filled > 0 && cellsWithin(cells, width) < width - 1 && filled < width - 1 && !cells.some(isUsual)) return true
  return width > 1 && cells[0]?.trim() !== '' && filled <= Math.max(1, Math.floor(width / 2)) && !cells.some(isUsual)
}

const furtherNames = [
  'id',
  'idx',
  'index',
  'name',
  'date',
  'score',
  'note',
  'rating',
  'stars',
  'language',
  'source',
  'instruction',
  'messages',
]
const usualNames = new Set([...textNames, ...labelNames, ...contextNames, ...furtherNames])

const plain = (cell: string): string =>
  cell
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .toLowerCase()
const isUsual = (cell: string): boolean => usualNames.has(plain(cell))
const isNumber = (cell = ''): boolean => /^\s*[-+]?[\d.,\s]*\d[\d.,\s]*%?\s*$/.test(cell)
const words = (cell = ''): number => cell.trim().split(/\s+/u).length
const isQuestion = (cell = ''): boolean => /[?？؟]\s*$/u.test(cell)

/** Words of a text, against a name's one or two. */
const minWords = 4
/** Times that a value stands below where it also is a usual name. */
const minRepeats = 3

/** Whether a record is a row like those below it. */
function isRow(cells: readonly string[], below: readonly (readonly string[])[]): boolean {
  const others = below.filter((row) => row.some((cell, i) => cell !== cells[i]))
  const repeats = Math.max(...cells.map((cell, i) => (cell.trim() === '' ? 0 : timesIn(others, i, cell))))
  if (cells.some(isUsual)) return repeats >= minRepeats
  if (repeats > 0) return true
  if (others.length === 0) return false
  if (cells.some((cell, i) => isNumber(cell) && others.every((row) => isNumber(row[i])))) return true
  const isText = (cell: string, i: number): boolean =>
    words(cell) >= minWords &&
    others.every((row) => words(row[i]) >= minWords) &&
    !(isQuestion(cell) && !others.some((row) => isQuestion(row[i])))
  return cells.every(isText)
}

const timesIn = (rows: readonly (readonly string[])[], at: number, cell: string): number =>
  rows.filter((row) => row[at]?.trim() === cell.trim()).length
