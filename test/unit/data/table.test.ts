// Table files as people have them: any usual encoding and delimiter; a bad row is named by its line and left out.
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openTable } from '../../../main/engine/data/table.ts'
import { useTables } from '../../support/read-table.ts'

const { folder, read } = useTables()

const utf16 = (text: string, order: 'le' | 'be', mark: boolean): Buffer => {
  const bytes = Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le')
  return order === 'le' ? bytes : bytes.swap16()
}

describe('encodings', () => {
  const text = 'text,label\ncafé – naïve,söme\n'
  const latin = Buffer.from('text,label\ncaf\xe9 \x96 na\xefve,s\xf6me\n', 'latin1')

  it.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['UTF-16, little-endian', utf16(text, 'le', true), 'utf-16le'],
    ['UTF-16, big-endian', utf16(text, 'be', true), 'utf-16be'],
    ['UTF-16 without a mark', utf16(text, 'le', false), 'utf-16le'],
    ['UTF-16, big-endian, without a mark', utf16(text, 'be', false), 'utf-16be'],
    ['Windows-1252', latin, 'windows-1252'],
  ])('reads %s', async (_, bytes, encoding) => {
    const table = await read('encoded.csv', bytes)
    expect(table.encoding).toBe(encoding)
    expect(table.columns).toEqual(['text', 'label'])
    expect(table.rows).toEqual([{ row: 2, cells: ['café – naïve', 'söme'] }])
  })

  it('reads a file that stops being UTF-8 only far behind its start', async () => {
    const rows = 'plain words,x\n'.repeat(20_000)
    const table = await read('late.csv', Buffer.concat([Buffer.from(`text,label\n${rows}`), latin.subarray(11)]))
    expect(table.encoding).toBe('windows-1252')
    expect(table.rows.at(-1)).toEqual({ row: 20_002, cells: ['café – naïve', 'söme'] })
    expect(table.rows).toHaveLength(20_001)
  })
})

describe('CSV and TSV', () => {
  it.each([
    [',', 'a.csv'],
    [';', 'b.csv'],
    ['\t', 'c.tsv'],
    ['|', 'd.csv'],
    ['\t', 'no-ending'],
  ])('finds the delimiter %j', async (delimiter, name) => {
    const rows = [
      ['text', 'label'],
      ['one, two; three', 'x'],
      ['four', 'y'],
    ]
    const quoted = rows.map((cells) => cells.map((cell) => `"${cell}"`).join(delimiter)).join('\r\n')
    const table = await read(name, quoted)
    expect(table.rows.map(({ cells }) => cells)).toEqual(rows.slice(1))
  })

  it('names a bad row by the line where it starts, also behind quoted newlines', async () => {
    const table = await read('bad.csv', 'text,label\n"two\nlines",a\n\nonly one\nthree,of,them\nfine,b\n')
    expect(table.rows).toEqual([
      { row: 2, cells: ['two\nlines', 'a'] },
      { row: 7, cells: ['fine', 'b'] },
    ])
    expect(table.skipped).toEqual([
      { line: 5, reason: '1 cell where the header has 2' },
      { line: 6, reason: '3 cells where the header has 2' },
    ])
  })

  it.each(['\n', '\r\n', '\r'])('counts lines where cells hold %j as the file counts them', async (newline) => {
    const lines = ['text,label', '"a', 'b",x', '', '"c', 'd', 'e",y', 'f,z', 'short']
    const table = await read('lines.csv', lines.join(newline))
    expect(table.rows.map(({ row }) => row)).toEqual([2, 5, 8])
    expect(table.skipped.map(({ line }) => line)).toEqual([9])
  })

  it('loses no row of a large file to a quote that is never closed, and names its line', async () => {
    const rows = (count: number) => 'plain words,x\n'.repeat(count)
    const table = await read('lone.csv', `text,label\n${rows(50_000)}"open,x\n${rows(400_000)}`)
    expect(table.rows).toHaveLength(450_001)
    expect(table.rows[50_000]).toEqual({ row: 50_002, cells: ['"open', 'x'] })
    expect(table.skipped).toEqual([])
    expect(table.notes).toEqual([expect.stringContaining('line 50,002') as string])
  })

  it('keeps quotes in the middle of a cell', async () => {
    expect((await read('inch.csv', 'text,label\na 5" pipe,x\n')).rows[0]?.cells).toEqual(['a 5" pipe', 'x'])
  })

  it('makes column names distinct, and frees them of what nobody sees', async () => {
    const table = await read('names.csv', ' text\u200b,text,,\r\n1,2,3,4\n')
    expect(table.columns).toEqual(['text', 'text (2)', 'column 3', 'column 4'])
  })

  it('gives back what a simple writer wrote', async () => {
    const cell = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.toWellFormed().replaceAll('\0', ''))
    const cases = fc.record({
      rows: fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 }),
      delimiter: fc.constantFrom(',', ';', '\t', '|'),
      newline: fc.constantFrom('\n', '\r\n'),
      encode: fc.constantFrom<(text: string) => Uint8Array>(
        (text) => Buffer.from(text),
        (text) => Buffer.from(`\ufeff${text}`),
        (text) => utf16(text, 'le', true),
        (text) => utf16(text, 'be', true),
      ),
    })
    await fc.assert(
      fc.asyncProperty(cases, async ({ rows, delimiter, newline, encode }) => {
        const line = (cells: readonly string[]) =>
          cells.map((text) => `"${text.replaceAll('"', '""')}"`).join(delimiter)
        const name = delimiter === '\t' ? 'w.tsv' : 'w.csv'
        const lines = [['text', 'label'], ...rows].map(line)
        const table = await read(name, encode(lines.join(newline) + newline))
        expect(table.rows.map(({ cells }) => cells)).toEqual(rows)
        const starts = rows.map(
          (_, i) =>
            lines
              .slice(0, i + 1)
              .join(newline)
              .split(/\r\n|\r|\n/).length + 1,
        )
        expect(table.rows.map(({ row }) => row)).toEqual(starts)
      }),
      { numRuns: 300 },
    )
  })

  it('gives back what a simple writer wrote in Windows-1252', async () => {
    // Every letter of the page: each byte but the five that stand for none, and those that CSV or text files cannot hold.
    const undefinedBytes = [0x81, 0x8d, 0x8f, 0x90, 0x9d]
    const letters = Array.from({ length: 0x60 }, (_, i) => 0xa0 + i)
      .concat(Array.from({ length: 0x20 }, (_, i) => 0x80 + i))
      .filter((byte) => !undefinedBytes.includes(byte))
    const punctuation = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'
    expect(new TextDecoder('windows-1252').decode(Uint8Array.from(letters.slice(0x60)))).toBe(punctuation)
    const cell = fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 6 }), async (cells) => {
        const bytes = [...Buffer.from('text,label\n\xe9,first\n', 'latin1')]
        for (const letter of cells) bytes.push(...letter, ...Buffer.from(',x\n'))
        const table = await read('page.csv', Uint8Array.from(bytes), { encoding: 'windows-1252' })
        const decoder = new TextDecoder('windows-1252')
        const expected = cells.map((letter) => [decoder.decode(Uint8Array.from(letter)), 'x'])
        expect(table.rows.slice(1).map(({ cells }) => cells)).toEqual(expected)
      }),
      { numRuns: 300 },
    )
  })
})

describe('JSON', () => {
  it('reads lines of objects with the union of their keys', async () => {
    const table = await read('rows.jsonl', '{"text":"a","label":"x"}\nnot json\n[1]\n\n{"text":2,"more":{"b":null}}')
    expect(table.columns).toEqual(['text', 'label', 'more'])
    expect(table.rows).toEqual([
      { row: 1, cells: ['a', 'x', ''] },
      { row: 5, cells: ['2', '', '{"b":null}'] },
    ])
    expect(table.skipped).toEqual([
      { line: 2, reason: 'it is not valid JSON' },
      { line: 3, reason: 'it is not a JSON object' },
    ])
  })

  it('reads an array, and a bad element of it is one row', async () => {
    const table = await read(
      'rows.json',
      '[\n {"text": "a, [b] \\" }", "label": "x"},\n {"text": oops},\n {"text": "c"}\n]\n',
    )
    expect(table.rows).toEqual([
      { row: 1, cells: ['a, [b] " }', 'x'] },
      { row: 3, cells: ['c', ''] },
    ])
    expect(table.skipped).toEqual([{ line: 3, reason: 'it is not valid JSON (element 2 of the list)' }])
  })

  it('goes on behind a bracket that closes nothing, and counts what it costs', async () => {
    const table = await read('brackets.json', '[{"a":1},\n{"a":1}},\n{"a":2]},\n{"a":3}]')
    expect(table.rows).toEqual([
      { row: 1, cells: ['1'] },
      { row: 4, cells: ['3'] },
    ])
    expect(table.skipped.map(({ line }) => line)).toEqual([2, 3])
  })

  it.each([
    ['behind the end of the list', '[{"a":1}]\n{"a":2}\n{"a":3}', 2, 'the list ends before'],
    ['where an object never ends', '[{"a":1},\n{"a":{"b":2},\n{"a":3}]', 2, 'it never ends'],
    ['where a string never ends', '[{"a":1},\n{"a":"2},\n{"a":3}]', 2, 'it never ends'],
  ])('says what is left out %s', async (_, content, line, reason) => {
    const table = await read('rest.json', content)
    expect(table.rows.map(({ cells }) => cells)).toEqual([['1']])
    expect(table.skipped).toEqual([{ line, reason: expect.stringContaining(reason) as string }])
  })

  it.each([
    ['nested too deeply', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['longer than 4 MB', `"${'long '.repeat(900_000)}"`],
  ])('skips a value that is %s, and reads what follows', async (reason, value) => {
    const objects = ['{"a":"before"}', `{"a":${value}}`, '{"a":"after"}']
    for (const [name, content] of [
      ['hard.jsonl', objects.join('\n')],
      ['hard.json', `[${objects.join(',\n')}]`],
    ] as const) {
      const table = await read(name, content)
      expect(table.rows.map(({ cells }) => cells)).toEqual([['before'], ['after']])
      expect(table.skipped).toEqual([{ line: 2, reason: expect.stringContaining(`it is ${reason}`) as string }])
    }
  })

  it('gives back any objects, in both forms', async () => {
    const value = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(fc.string(), fc.integer()), { minKeys: 1 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(value, { minLength: 1, maxLength: 5 }),
        fc.constantFrom(0, 1, 2),
        async (objects, indent) => {
          const array = await read('any.json', JSON.stringify(objects, null, indent))
          const lines = await read('any.jsonl', objects.map((object) => JSON.stringify(object)).join('\n'))
          expect(array.rows.map(({ cells }) => cells)).toEqual(lines.rows.map(({ cells }) => cells))
          for (const { rows } of [array, lines])
            expect(rows.map(({ row }) => row)).toEqual(objects.map((_, i) => i + 1))
          expect(array.rows.map(({ cells }) => cells.filter((cell) => cell !== '').toSorted())).toEqual(
            objects.map((object) =>
              Object.values(object)
                .map(String)
                .filter((cell) => cell !== '')
                .toSorted(),
            ),
          )
        },
      ),
      { numRuns: 100 },
    )
  })

  it('reads lines of objects under the ending of an array', async () => {
    expect((await read('lines.json', '{"text":"a"}\n{"text":"b"}\n')).format).toBe('json')
    expect((await read('lines.json', '{"text":"a"}\n{"text":"b"}\n')).rows).toHaveLength(2)
  })
})

describe('a file that is no table', () => {
  it.each([
    ['empty', 'e.csv', '', 'is empty'],
    ['blank', 'b.csv', ' \n \n', 'is empty'],
    [
      'binary',
      'x.csv',
      new Uint8Array([1, 0, 2, 3, 0, 0, 9, 8, 7, 6, 5, 4, 3]),
      'not a kind of file that the studio can read',
    ],
    ['an object', 'o.json', '{"rows": []}', 'not a list of objects'],
    ['no objects', 'n.jsonl', '1\n2\n', 'no row that can be read'],
    ['too wide', 'w.csv', `${'a,'.repeat(1500)}\n`, 'columns'],
  ])('is refused in a sentence: %s', async (_, name, content, sentence) => {
    await expect(read(name, content)).rejects.toThrow(sentence)
  })

  it('is refused where there is none', async () => {
    await expect(openTable(join(folder, 'missing.csv'))).rejects.toThrow('There is no file')
    await expect(openTable(folder)).rejects.toMatchObject({ code: 'data/unreadable' })
  })
})

describe('any bytes', () => {
  const files = [
    'text,label\n"a\nb",x\nc,"y ""z"""\n',
    '[{"text":"a"},{"text":"b"}]',
    '{"text":"a"}\n{"text":"b"}\n',
  ].map((text) => Buffer.from(text))
  const mutated = fc
    .tuple(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }), fc.nat(60))
    .map(([file, changes, cut]) => {
      const bytes = Uint8Array.from(file)
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte
      return bytes.subarray(0, Math.max(1, bytes.length - (cut > 40 ? cut - 40 : 0)))
    })

  it('are read with rows as wide as the header, or refused by a typed error', { timeout: 120_000 }, async () => {
    const name = fc.constantFrom('f.csv', 'f.tsv', 'f.json', 'f.jsonl', 'f')
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), name, async (bytes, file) => {
        try {
          const { rows, columns, skipped } = await read(file, bytes)
          for (const { line } of skipped) expect(line).toBeGreaterThan(0)
          expect(new Set(rows.map(({ row }) => row)).size).toBe(rows.length)
          for (const { row, cells } of rows) {
            expect(cells).toHaveLength(columns.length)
            expect(row).toBeGreaterThan(0)
          }
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^data\//) as string })
        }
      }),
      { numRuns: 2000 },
    )
  })
})
