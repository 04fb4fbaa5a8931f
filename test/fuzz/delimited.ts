// Delimited tables: any encoding, delimiter and quoting, then broken: every line is a row, skipped, or above the rows.
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { readBytes } from './read-bytes.ts'
import type { FuzzProperty } from './property.ts'

interface Written {
  readonly rows: readonly (readonly string[])[]
  readonly delimiter: string
  readonly newline: string
  readonly encoding: string
  readonly quoting: 'always' | 'where needed' | 'backslash'
}

const letters = fc.constantFrom(...'abcdefgh ijkl,;|"\\#.äß€жЯ日本'.split(''))
const cell = fc.oneof(
  { weight: 4, arbitrary: fc.array(letters, { maxLength: 12 }).map((parts) => parts.join('')) },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(letters, fc.constant('\n')), { maxLength: 12 }).map((parts) => parts.join('')),
  },
)

const written: fc.Arbitrary<Written> = fc.integer({ min: 1, max: 4 }).chain((width) =>
  fc.record({
    rows: fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    newline: fc.constantFrom('\n', '\r\n', '\r'),
    encoding: fc.constantFrom(
      'utf8',
      'utf8',
      'utf16le',
      'utf16be',
      'utf32le',
      'windows-1252',
      'windows-1251',
      'shift_jis',
      'gb18030',
    ),
    quoting: fc.constantFrom('always', 'where needed', 'backslash'),
  }),
)

const quoted = (text: string, { quoting, delimiter }: Written): string => {
  if (quoting === 'backslash') return `"${text.replace(/["\\]/g, '\\$&')}"`
  const plain = quoting === 'where needed' && !/["\r\n]/.test(text) && !text.includes(delimiter)
  return plain ? text : `"${text.replaceAll('"', '""')}"`
}

function textOf(table: Written): string {
  const names = table.rows[0]?.map((_, i) => ['text', 'label', 'context', 'id'][i] ?? '') ?? []
  return [names, ...table.rows]
    .map((cells) => cells.map((text) => quoted(text, table)).join(table.delimiter))
    .join(table.newline)
}

/** Changes of some characters, and a cut end. */
const damage = fc.array(fc.tuple(fc.nat(400), fc.constantFrom('"', '\n', ',', ';', '\t', '#', '\\', 'x', '')), {
  maxLength: 4,
})

function damaged(text: string, changes: readonly (readonly [number, string])[]): string {
  const characters = text.split('')
  for (const [at, character] of changes) characters[at % Math.max(1, characters.length)] = character
  return characters.join('')
}

interface Case {
  readonly table: Written
  readonly changes: readonly (readonly [number, string])[]
}

const name = ({ delimiter }: Written): string => (delimiter === '\t' ? 'f.tsv' : 'f.csv')

/** As written, with the encoding and the delimiter said: every row comes back. */
export const delimitedRoundTrip: FuzzProperty<Written> = {
  name: 'delimited tables come back as they were written',
  cases: written.filter(({ quoting }) => quoting === 'always'),
  async check(table) {
    const encoding = ({ utf8: 'utf-8', utf16le: 'utf-16le', utf16be: 'utf-16be', utf32le: 'utf-32le' } as const)[
      table.encoding
    ]
    if (encoding === undefined) return
    const delimiter = table.delimiter
    const bytes = iconv.encode(textOf(table), table.encoding)
    const read = await readBytes(name(table), bytes, { encoding, delimiter, header: 1 })
    const cells = read?.rows.map((row) => row.cells)
    if (JSON.stringify(cells) !== JSON.stringify(table.rows)) throw new Error(`Read ${JSON.stringify(cells)}`)
  },
}

/** Damaged, everything guessed: from the first line that is reported on, each line that holds something is a row or skipped. */
export const delimitedDamage: FuzzProperty<Case> = {
  name: 'no line of a damaged delimited table is lost in silence',
  cases: fc.record({ table: written, changes: damage }),
  async check({ table, changes }) {
    const text = damaged(textOf(table), changes)
    await readBytes(name(table), iconv.encode(text, table.encoding))
    const unquoted = text.replace(/["\\]/g, '')
    const read = await readBytes(name(table), Buffer.from(unquoted), { encoding: 'utf-8' })
    if (!read) return
    const filled = unquoted.split(/\r\n|\r|\n/).flatMap((line, i) => (line.trim() === '' ? [] : [i + 1]))
    const told = [...read.rows.map(({ row }) => row), ...read.skipped.map(({ line }) => line)].sort((x, y) => x - y)
    const below = read.headerLine ? filled.filter((line) => line > (read.headerLine ?? 0)) : filled.slice(-told.length)
    if (JSON.stringify(told) !== JSON.stringify(below))
      throw new Error(`Lines ${below.join(' ')} hold something, lines ${told.join(' ')} were reported on`)
    const above = filled.length - below.length - (read.headerLine ? 1 : 0)
    if (above > 0 && read.notes.length === 0) throw new Error(`${above} lines above the rows were left out in silence`)
  },
}
