// Encodings that files are in: found, or said to be doubtful; what cannot be read is named by its line.
import fc from 'fast-check'
import iconv from 'iconv-lite'
import { describe, expect, it } from 'vitest'
import { type EncodingName, encodingNames } from '../../../main/contract/reading.ts'
import { languages } from '../../fixtures/text/languages.ts'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()

/** Names that the encoder has for what the studio calls otherwise. */
const encoderNames: Partial<Record<EncodingName, string>> = { 'x-mac-cyrillic': 'maccyrillic' }
const encode = (text: string, encoding: EncodingName): Uint8Array =>
  iconv.encode(text, encoderNames[encoding] ?? encoding)

/** Quoted, as some question marks are semicolons. */
const line = (cells: readonly string[]): string => cells.map((cell) => `"${cell}"`).join(';')

const inEveryEncoding = Object.entries(languages).flatMap(([language, { encodings, labels, messages }]) =>
  encodings
    .filter((encoding) => encoding !== 'iso-2022-jp')
    .map((encoding) => ({ language, encoding, labels, messages })),
)

describe('a table', () => {
  it.each(inEveryEncoding)('in $language is read from $encoding', async ({ encoding, labels, messages }) => {
    const rows = messages.map((message, i) => [message, labels[i % labels.length] ?? ''])
    const text = ['text;label', ...rows.map(line)].join('\r\n')
    const table = await read('letters.csv', encode(text, encoding))
    expect(table.rows.map(({ cells }) => cells)).toEqual(rows)
    expect(table.notes).toEqual([])
  })

  it('in Japanese is read from iso-2022-jp', async () => {
    const bytes = Buffer.from('text,label\n\x1b$B2YJ*\x1b(B,\x1b$BG[Aw\x1b(B\n', 'latin1')
    const table = await read('mail.csv', bytes)
    expect(table).toMatchObject({ encoding: 'iso-2022-jp', rows: [{ row: 2, cells: ['荷物', '配送'] }] })
  })

  it.each(['utf-16le', 'utf-16be', 'utf-32le', 'utf-32be'] as const)(
    'in any language is read from %s, with a mark or without',
    async (encoding) => {
      for (const { labels, messages } of Object.values(languages))
        for (const mark of ['', '\ufeff']) {
          const text = `${mark}text,label\n${messages.map((message, i) => `"${message}",${labels[i % 3] ?? ''}`).join('\n')}`
          const table = await read('wide.csv', encode(text, encoding))
          expect(table).toMatchObject({ encoding, columns: ['text', 'label'] })
          expect(table.rows.map(({ cells }) => cells[0])).toEqual(messages)
        }
    },
  )

  it('is read where letters begin only at row 50,000', async () => {
    const start = Buffer.from(`text,label\n${'plain words of some length,x\n'.repeat(50_000)}`)
    const messages = languages['russian']?.messages.map((message) => `"${message}",x`).join('\n') ?? ''
    const table = await read('late.csv', Buffer.concat([start, encode(messages, 'windows-1251')]))
    expect(table.encoding).toBe('windows-1251')
    expect(table.rows.at(50_000)?.cells[0]).toBe(languages['russian']?.messages[0])
  })
})

it('is found or said to be doubtful, however few rows there are', { timeout: 60_000 }, async () => {
  const cases = fc.constantFrom(...inEveryEncoding).chain(({ encoding, labels, messages }) =>
    fc.record({
      encoding: fc.constant(encoding),
      rows: fc.array(fc.tuple(fc.constantFrom(...messages), fc.constantFrom(...labels)), {
        minLength: 1,
        maxLength: 4,
      }),
    }),
  )
  let doubtful = 0
  await fc.assert(
    fc.asyncProperty(cases, async ({ encoding, rows }) => {
      const text = `text;label\n${rows.map(line).join('\n')}\n`
      const table = await read('few.csv', encode(text, encoding))
      const right = JSON.stringify(table.rows.map(({ cells }) => cells)) === JSON.stringify(rows)
      expect(right || table.encodingDoubtful).toBe(true)
      if (table.encodingDoubtful) doubtful++
    }),
    { numRuns: 500, seed: 1 },
  )
  // A doubt that is always there says nothing.
  expect(doubtful).toBeLessThan(100)
})

describe('a file that is nearly UTF-8', () => {
  const rows = (count: number): string => 'Die Rechnung für März ist zu hoch,Zahlung\n'.repeat(count)

  it('stays UTF-8 with one bad byte, whose line is named', async () => {
    const bytes = Buffer.from(`text,label\n${rows(60)}`)
    const at = bytes.indexOf('\n', 1500) + 5
    bytes[at] = 0xfc
    const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1
    const table = await read('bad.csv', bytes)
    expect(table).toMatchObject({ encoding: 'utf-8', encodingDoubtful: false })
    expect(table.rows).toHaveLength(60)
    expect(table.rows.at(-1)?.cells).toEqual(['Die Rechnung für März ist zu hoch', 'Zahlung'])
    expect(table.notes).toEqual([`1 character could not be read and became "\ufffd", in line ${line}.`])
  })

  it('stays UTF-8 where its end is cut off within a letter', async () => {
    const bytes = Buffer.from(`text,label\n${rows(5)}Noch eine für,Rückgab\u00e9`)
    const table = await read('cut.csv', bytes.subarray(0, -1))
    expect(table).toMatchObject({ encoding: 'utf-8', encodingDoubtful: false })
    expect(table.rows.at(-1)?.cells).toEqual(['Noch eine für', 'Rückgab\ufffd'])
    expect(table.notes).toEqual(['1 character could not be read and became "\ufffd", in line 7.'])
  })

  it('is doubtful where every third letter is not', async () => {
    const bad = Buffer.from('Gr\xfc\xdfe,x\n', 'latin1')
    const table = await read('half.csv', Buffer.concat([Buffer.from(`text,label\n${rows(5)}`), bad, bad]))
    expect(table).toMatchObject({ encoding: 'utf-8', encodingDoubtful: true })
  })
})

it('keeps a row with a NUL character in it, and says so', async () => {
  const text = `text,label\n${'plain words,x\n'.repeat(100)}`
  const table = await read('nul.csv', text.replace('words', 'wo\0rds').replace('label', 'la\0bel'))
  expect(table.columns).toEqual(['text', 'label'])
  expect(table.rows).toHaveLength(100)
  expect(table.rows[0]?.cells).toEqual(['plain words', 'x'])
  expect(table.notes).toEqual(['Left out 2 characters with the code 0, in lines 1 and 2.'])
})

it.each(encodingNames)('reads what is chosen to be %s', async (encoding) => {
  const table = await read(
    'chosen.csv',
    Buffer.concat([
      encoding.startsWith('utf') || encoding === 'iso-2022-jp'
        ? iconv.encode('text,label\none,x\n', encoding === 'iso-2022-jp' ? 'ascii' : encoding)
        : Buffer.from('text,label\none,x\n'),
    ]),
    { encoding },
  )
  expect(table).toMatchObject({ encoding, rows: [{ row: 2, cells: ['one', 'x'] }] })
})
