// A table of one row is one row in every format, whatever stands in it.
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'
import { writeXlsx } from '../../support/write-xlsx.ts'

const { read } = useTables()

const row = { text: 'The parcel is late', label: 'delivery' }
const parquet = (): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        { name: 'text', data: [row.text], type: 'STRING' },
        { name: 'label', data: [row.label], type: 'STRING' },
      ],
    }),
  )

it.each<[string, string | Uint8Array]>([
  ['row.csv', 'text,label\nThe parcel is late,delivery\n'],
  ['row.tsv', 'text\tlabel\nThe parcel is late\tdelivery'],
  ['row.json', JSON.stringify(row)],
  ['pretty.json', JSON.stringify(row, null, 2)],
  ['list.json', JSON.stringify([row])],
  ['row.jsonl', JSON.stringify(row)],
  ['row.ndjson', `${JSON.stringify(row)}\n`],
  ['row.xlsx', writeXlsx([{ name: 'S', rows: [Object.keys(row), Object.values(row)] }])],
  ['row.parquet', parquet()],
])('%s', async (name, content) => {
  const table = await read(name, content)
  expect(table.columns).toEqual(['text', 'label'])
  expect(table.rows.map(({ cells }) => cells)).toEqual([Object.values(row)])
  expect(table.notes).toEqual([])
})

describe('a chat that stands alone', () => {
  const turns = [
    { role: 'user', content: 'Where is "it"?' },
    { role: 'assistant', content: 'Here.' },
  ]
  const shareGpt = [
    { from: 'human', value: 'Where is "it"?' },
    { from: 'gpt', value: 'Here.' },
  ]
  const split = ['', '', 'Where is "it"?', 'Here.']

  it.each<[string, string, readonly string[]]>([
    ['chat.jsonl', JSON.stringify({ messages: turns }), split],
    ['chat.json', JSON.stringify({ messages: turns }), split],
    ['pretty.json', JSON.stringify({ messages: turns }, null, 2), split],
    ['first.jsonl', JSON.stringify({ messages: turns.map(({ role, content }) => ({ content, role })) }), split],
    ['share.json', JSON.stringify({ id: 'x', conversations: shareGpt }), [...split, 'x']],
    [
      'tools.jsonl',
      JSON.stringify({ tools: [{ type: 'function' }], messages: turns }),
      [...split, '[{"type":"function"}]'],
    ],
    ['parts.jsonl', JSON.stringify({ prompt: turns.slice(0, 1), completion: turns.slice(1) }), split],
    ['turns.jsonl', JSON.stringify(turns), split],
  ])('is one row: %s', async (name, content, cells) => {
    const table = await read(name, content)
    expect(table.rows.map((each) => each.cells)).toEqual([cells])
    expect(table.columns.slice(0, 4)).toEqual(['system', 'earlier turns', 'user', 'assistant'])
  })

  it('is one row where it is longer than what is looked at, and those behind it are rows as well', async () => {
    const long = [{ role: 'system', content: 'word '.repeat(20_000) }, ...turns]
    for (const count of [1, 3]) {
      const lines = Array.from({ length: count }, () => JSON.stringify({ messages: long }))
      const table = await read('long.jsonl', lines.join('\n'))
      expect(table.rows.map(({ cells }) => cells.slice(2))).toEqual(lines.map(() => split.slice(2)))
    }
  })
})

describe('a row of lists', () => {
  const words = { text: 'Ada is here', tokens: ['Ada', 'is', 'here'], tags: [1, 0, 0] }
  const cells = ['Ada is here', '["Ada","is","here"]', '[1,0,0]']

  it.each([
    ['row.jsonl', words, cells],
    ['only.jsonl', { tokens: words.tokens, tags: words.tags }, cells.slice(1)],
    ['spans.jsonl', { text: 'Ada', spans: [{ from: 0, to: 3 }] }, ['Ada', '[{"from":0,"to":3}]']],
    ['row.json', words, cells],
  ])('is one row: %s', async (name, value, wanted) => {
    expect((await read(name, JSON.stringify(value))).rows.map((each) => each.cells)).toEqual([wanted])
  })

  it('holds the rows itself where they stand under a usual name', async () => {
    const table = await read('data.jsonl', JSON.stringify({ version: 1, data: [row, row] }))
    expect(table.rows).toHaveLength(2)
  })
})
