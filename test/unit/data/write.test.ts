// Tables as files: what is written is read back as it was, and no cell becomes a formula.
import fc from 'fast-check'
import { strFromU8, unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import type { WrittenFormat } from '../../../main/contract/kinds.ts'
import type { ReadingChoices } from '../../../main/contract/reading.ts'
import { turnsIn, written } from '../../../main/engine/data/chat/turns.ts'
import { writers } from '../../../main/engine/data/write/index.ts'
import type { TableRoles } from '../../../main/engine/data/write/writer.ts'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()

type Cells = readonly (readonly string[])[]

const noRoles = { text: '', label: '', context: '' }

async function write(
  format: WrittenFormat,
  columns: readonly string[],
  rows: Cells,
  roles: TableRoles = noRoles,
  some = 3,
): Promise<Uint8Array> {
  async function* pieces(): AsyncGenerator<Cells> {
    for (let at = 0; at < rows.length; at += some) yield await Promise.resolve(rows.slice(at, at + some))
  }
  const written: Uint8Array[] = []
  for await (const piece of writers[format](columns, pieces(), roles)) written.push(piece)
  return Buffer.concat(written)
}

const choices: Readonly<Record<WrittenFormat, ReadingChoices>> = {
  csv: { delimiter: ',', header: 1 },
  xlsx: { header: 1 },
  jsonl: {},
  chat: {},
}
const columns = ['text', 'label', 'a "quoted", name']
const formulas = ['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '=HYPERLINK("http://x")']
/** What people write, with what formats use themselves; a cell with a formula is looked at apart. */
const odd = [
  '"',
  ',',
  ';',
  '\n',
  '\t',
  ' ',
  '_x0041_',
  '_x000D_',
  '&amp;',
  '<t>',
  ']]>',
  'é',
  '漢',
  '😀',
  '-5',
  '1.50',
  '007',
  '1e5',
  'TRUE',
]
const cell = fc
  .array(fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', maxLength: 5 }), fc.string({ maxLength: 8 })), {
    maxLength: 4,
  })
  .map((parts) => parts.join('').replaceAll('\0', '').replaceAll('\r', ''))
const plain = cell.filter((text) => !/^[=+\-@\t]/.test(text))
/** Rows without any value are none in any format. */
const rowsOf = (cells: fc.Arbitrary<string>) =>
  fc.array(
    fc.tuple(cells, cells, cells).filter((row) => row.some((text) => text.trim() !== '')),
    { minLength: 1, maxLength: 8 },
  )

it.each([
  ['csv', plain],
  ['xlsx', cell],
  ['jsonl', cell],
] as const)('%s is read back cell by cell', { timeout: 60_000 }, async (format, cells) => {
  await fc.assert(
    fc.asyncProperty(rowsOf(cells), async (rows) => {
      const table = await read(`table.${format}`, await write(format, columns, rows), choices[format])
      expect(table.columns).toEqual(columns)
      expect(table.rows.map(({ cells: found }) => found)).toEqual(rows)
      expect(table.skipped).toEqual([])
    }),
    { numRuns: 150 },
  )
})

describe('a cell that begins like a formula', () => {
  it('is a text in a workbook, in the same letters', async () => {
    const bytes = await write(
      'xlsx',
      ['=name'],
      formulas.map((formula) => [formula]),
    )
    const sheet = strFromU8(unzipSync(bytes)['xl/worksheets/sheet1.xml'] ?? new Uint8Array())
    expect(sheet).not.toContain('<f')
    expect(sheet.match(/t="inlineStr"/g)).toHaveLength(6)
    expect(sheet.match(/s="2"/g)).toHaveLength(6)
    const table = await read('formulas.xlsx', bytes, { header: 1 })
    expect(table.rows.map(({ cells }) => cells[0])).toEqual(formulas)
  })

  it('has an apostrophe before it in CSV, but for plain numbers', async () => {
    const bytes = await write(
      'csv',
      ['a', 'b'],
      [...formulas, '\tx', '-5', '+1,5', '-2.5%'].map((text) => [text, 'x']),
    )
    const table = await read('formulas.csv', bytes, { header: 1, delimiter: ',' })
    const found = table.rows.map(({ cells }) => cells[0])
    expect(found).toEqual([...formulas.map((formula) => `'${formula}`), "'\tx", '-5', '+1,5', '-2.5%'])
  })
})

it('writes numbers of a workbook as numbers where their letters stay the same', async () => {
  const cells = ['5', '-2.5', '123456789012345', '1.50', '007', '1234567890123456', '1e5', '+3', '-0', ' 4']
  const sheet = strFromU8(
    unzipSync(
      await write(
        'xlsx',
        ['a'],
        cells.map((text) => [text]),
      ),
    )['xl/worksheets/sheet1.xml'] ?? new Uint8Array(),
  )
  expect([...sheet.matchAll(/<c r="A\d+"><v>([^<]*)<\/v>/g)].map(([, value]) => value)).toEqual([
    '5',
    '-2.5',
    '123456789012345',
  ])
})

it('says what a workbook cannot hold', async () => {
  await expect(write('xlsx', ['a'], [['x'.repeat(32_768)]])).rejects.toMatchObject({
    code: 'data/not-excel',
    message: expect.stringContaining('the cell A2 has more than 32,767 characters') as string,
  })
  await expect(write('xlsx', Array<string>(16_385).fill('a'), [])).rejects.toMatchObject({ code: 'data/not-excel' })
})

const chat = ['system', 'earlier turns', 'user', 'assistant']
const chatRoles = { text: 'user', label: 'assistant', context: '' }

const messagesIn = (bytes: Uint8Array): unknown[] =>
  Buffer.from(bytes)
    .toString()
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { readonly messages: unknown }).messages)

describe('a table as chats', () => {
  it('has what came earlier as turns, and the answer as the last one', async () => {
    const earlier = 'user: Hello\nassistant: Hello.\nHow can I help?'
    const rows = [
      ['Be kind.', earlier, 'Where is my parcel?', 'On its way.'],
      ['', '', 'And now?', ''],
    ]
    expect(messagesIn(await write('chat', chat, rows, chatRoles))).toEqual([
      [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'Hello' },
        { role: 'assistant', content: 'Hello.\nHow can I help?' },
        { role: 'user', content: 'Where is my parcel?' },
        { role: 'assistant', content: 'On its way.' },
      ],
      [{ role: 'user', content: 'And now?' }],
    ])
  })

  it('asks with the context before the question, and leaves other columns out', async () => {
    const roles = { text: 'question', label: 'answer', context: 'passage' }
    const bytes = await write(
      'chat',
      ['id', 'passage', 'question', 'answer'],
      [['7', 'It rains.', 'Does it?', 'Yes']],
      roles,
    )
    expect(messagesIn(bytes)).toEqual([
      [
        { role: 'user', content: 'It rains.\n\nDoes it?' },
        { role: 'assistant', content: 'Yes' },
      ],
    ])
  })

  it('is read back as the chats that it came from', { timeout: 60_000 }, async () => {
    const words = fc
      .string({ unit: 'grapheme', maxLength: 20 })
      .map((text) => text.replaceAll('\0', ''))
      .filter((text) => text === '' || turnsIn(`user: ${text}`).length === 1)
    const said = words.filter((text) => text.trim() !== '')
    const turn = fc.record({ role: fc.constantFrom('user', 'assistant', 'tool'), text: words })
    // A chat's earlier turns are those before its last question, so that it has one.
    const row = fc.tuple(words, fc.array(turn, { maxLength: 4 }).map(written), said, said)
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 6 }), async (rows) => {
        const table = await read('chat.jsonl', await write('chat', chat, rows, chatRoles))
        expect(table.columns).toEqual(chat)
        expect(table.rows.map(({ cells }) => cells)).toEqual(rows)
      }),
      { numRuns: 150 },
    )
  })
})

it('turns that were written as one reads them are found again, and no letter of any text is lost', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('user: ', 'assistant: ', 'tool: ', '\n', 'a', ':', ' ', 'é') }),
      (text) => {
        const turns = turnsIn(text)
        const isLed = /^(user|assistant|tool): /.test(text)
        if (isLed) expect(written(turns)).toBe(text)
        else if (text !== '') expect(written(turns)).toBe(`user: ${text}`)
        else expect(turns).toEqual([])
      },
    ),
  )
})
