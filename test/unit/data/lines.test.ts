// Plain lines: each is a row of one column, and a table under the same ending stays a table.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()

it('gives a row for each line that is not blank, named by its line', async () => {
  const table = await read('notes.txt', 'The parcel, came late.\r\n\r\n  \r\nGreat shop!\r\n[12:30] well, then, bye')
  expect(table).toMatchObject({ format: 'lines', columns: ['text'], skipped: [] })
  expect(table.rows).toEqual([
    { row: 1, cells: ['The parcel, came late.'] },
    { row: 4, cells: ['Great shop!'] },
    { row: 5, cells: ['[12:30] well, then, bye'] },
  ])
})

it.each([
  ['commas', 'text,label\nThe parcel, came late,delivery\nfine,praise\nso,so\nwell,ok\nyes,no\n', 'csv'],
  ['semicolons', 'text;label\nfine;praise', 'csv'],
  ['tabs', 'text\tlabel\nfine\tpraise\n', 'tsv'],
  ['JSON objects', '{"text":"a"}\n{"text":"b"}', 'jsonl'],
  ['a JSON list', '[{"text":"a"}]', 'json'],
  ['prose with a comma each', 'Hello, shop\nBye, shop\n', 'lines'],
  ['one line', 'alone, and without a header', 'lines'],
  ['lines that begin like lists', '[1] first\n[2] second', 'lines'],
  ['lines that begin like objects', '{waves} hello\n{leaves} bye', 'lines'],
])('recognises a .txt of %s', async (_, content, format) => {
  expect((await read('any.txt', content)).format).toBe(format)
})

it('names a line that is too long, and reads what follows', async () => {
  const table = await read('long.txt', `before\n${'long '.repeat(900_000)}\nafter`)
  expect(table.rows.map(({ row }) => row)).toEqual([1, 3])
  expect(table.skipped).toEqual([{ line: 2, reason: 'it is longer than 4 MB' }])
})

it('gives back any lines, whatever ends them', async () => {
  const line = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .map((text) => text.toWellFormed().replace(/[\0\r\n,;|\t]/g, ''))
    .filter((text) => text.trim() !== '' && !/^\s*[[{]/.test(text) && !text.startsWith('\ufeff'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n', '\r\n', '\r'),
      async (texts, newline) => {
        const table = await read('back.txt', texts.join(newline))
        expect(table.rows).toEqual(texts.map((text, i) => ({ row: i + 1, cells: [text] })))
      },
    ),
    { numRuns: 200 },
  )
})

it('keeps lines together that pieces of the file part', async () => {
  const texts = Array.from({ length: 30_000 }, (_, i) => `line ${String(i)} of many`)
  for (const newline of ['\r\n', '\n']) {
    const table = await read('many.txt', texts.join(newline))
    expect(table.rows.map(({ cells }) => cells[0])).toEqual(texts)
    expect(table.largestChunk).toBeLessThanOrEqual(1000)
  }
})
