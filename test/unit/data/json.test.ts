// JSON as people and programs write it: in any arrangement of rows, strict or not, under either ending.
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()

const rows = [
  ['The package came "damaged"', 'shipping'],
  ['Please refund {my} payment', 'billing'],
  ['The app crashes', 'technical'],
  ['I was charged twice', 'billing'],
] as const
const objects = rows.map(([text, label]) => ({ text, label }))
const one = (value: unknown): string => JSON.stringify(value)
const columns = { text: rows.map(([text]) => text), label: rows.map(([, label]) => label) }
const byNumber = (cells: readonly string[]) => Object.fromEntries(cells.map((cell, i) => [String(i), cell]))

const arrangements: readonly (readonly [string, string])[] = [
  ['an object a line', objects.map(one).join('\n')],
  ['an object a line with a comma', objects.map((object) => `${one(object)},`).join('\n')],
  ['objects over several lines', objects.map((object) => JSON.stringify(object, null, 2)).join('\n')],
  ['objects on one line', objects.map(one).join('')],
  ['a list', one(objects)],
  ['a list over several lines', JSON.stringify(objects, null, 2)],
  ['a list behind a comment', `// exported\n${one(objects)}`],
  ['a list with a last comma', `[${objects.map((object) => `${one(object)},`).join('\n')}]`],
  ['lists with names', one([['text', 'label'], ...rows])],
  ['a list a line, with names', [['text', 'label'], ...rows].map(one).join('\n')],
  ['a list in an object', one({ version: 1, meta: { tags: ['a'] }, data: objects, more: 'x' })],
  ['a list in an object in an object', JSON.stringify({ response: { items: objects } }, null, 1)],
  ['a list beside another', one({ features: [{ name: 'text' }], rows: objects })],
  ['columns', JSON.stringify(columns, null, 1)],
  ['columns of numbered cells', one({ text: byNumber(columns.text), label: byNumber(columns.label) })],
  ['names, numbers and lists', one({ columns: ['text', 'label'], index: [0, 1, 2, 3], data: rows })],
  ['objects by names', one(Object.fromEntries(objects.map((object, i) => [`row ${i}`, object])))],
  ['a mark at the beginning', `\ufeff${objects.map(one).join('\n')}`],
  ['single quotes', objects.map(({ text, label }) => `{'text': '${text}', 'label': '${label}'}`).join('\n')],
  [
    'names without quotes',
    `[${objects.map(({ text, label }) => `{text: ${one(text)}, label: ${one(label)}}`).join(', ')}]`,
  ],
]

describe.each(['rows.json', 'rows.jsonl'])('%s', (name) => {
  it.each(arrangements)('may hold %s', async (_, content) => {
    const table = await read(name, content)
    expect(table.columns).toEqual(['text', 'label'])
    expect(table.rows.map(({ cells }) => cells)).toEqual(rows)
    expect(table.skipped).toEqual([])
    expect(new Set(table.rows.map(({ row }) => row)).size).toBe(rows.length)
  })
})

it('reads a list in an object that is larger than what is looked at', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => ({ text: `message ${i} of some length`, label: 'x' }))
  const table = await read('large.json', JSON.stringify({ version: '2.0', data: many, end: [1, 2] }))
  expect(table.rows).toHaveLength(5000)
  expect(table.notes).toEqual(['Read the list "data"; what stands beside it was left out.'])
})

it('reads columns that are larger than what is looked at', async () => {
  const texts = Array.from({ length: 5000 }, (_, i) => `message ${i} of some length`)
  const table = await read('large.json', JSON.stringify({ text: texts, label: texts.map(() => 'x') }))
  expect(table.rows).toHaveLength(5000)
})

describe('what JSON does not have', () => {
  it.each([
    ['NaN', 'NaN'],
    ['Infinity', '-Infinity'],
    ['undefined', 'undefined'],
    ['None', 'None'],
  ])('is an empty cell: %s', async (_, literal) => {
    const content = objects.map(
      ({ text, label }) => `{"text": ${one(text)}, "label": ${one(label)}, "score": ${literal}}`,
    )
    const table = await read('nan.jsonl', content.join('\n'))
    expect(table.rows.map(({ cells }) => cells)).toEqual(rows.map((cells) => [...cells, '']))
    expect(table.notes).toEqual([
      expect.stringMatching(/^4 rows are not strict JSON .* lines 1, 2, 3 and 4\.$/) as string,
    ])
  })

  it('is read among what people write by hand', async () => {
    const content = `{ // the first
      'text': 'it\\'s "fine"', /* really */
      label: True,
    }
    {"text": "two
lines", "label": "NaN, undefined",}`
    const table = await read('hand.jsonl', content)
    expect(table.rows.map(({ cells }) => cells)).toEqual([
      [`it's "fine"`, 'true'],
      ['two\nlines', 'NaN, undefined'],
    ])
  })
})

it('keeps the digits of numbers', async () => {
  const table = await read(
    'digits.jsonl',
    '{"id":12345678901234567890,"price":1.10,"far":1e400,"in":[9007199254740993]}',
  )
  expect(table.rows[0]?.cells).toEqual(['12345678901234567890', '1.10', '1e400', '[9007199254740993]'])
})

it.each([
  ['between two elements', '[{"text": "a", "label": "b"},\n{"text": "c", "label": "d"}', 2],
  ['behind a comma', '[{"text": "a", "label": "b"},\n', 1],
  // Found by fuzzing: a list of lists of which only the names are left was neither rows nor a reason.
  ['where a bracket is one too many', '[[ {"text": 1,\n "label": "a"}\n]', 0],
])('says that a list was cut %s, which looks whole but for its bracket', async (_, content, rows) => {
  const table = await read('cut.json', content)
  expect(table.rows).toHaveLength(rows)
  expect(table.skipped.at(-1)?.reason).toBe('the list never ends: rows may be missing behind it')
})

it('loses one object only where it never ends', async () => {
  const pretty = objects.map((object) => JSON.stringify(object, null, 2))
  pretty[1] = pretty[1]?.slice(0, -3) ?? ''
  const table = await read('broken.jsonl', pretty.join('\n'))
  expect(table.rows.map(({ cells }) => cells)).toEqual(rows.filter((_, i) => i !== 1))
  expect(table.skipped).toEqual([{ line: 5, reason: 'it never ends (element 2 of the list)' }])
})

it.each([
  ['rows.jsonl', '1\n2\n', 'at line 1, it is not a JSON object'],
  ['rows.json', '["a", "b"]', 'at line 1, it is not a JSON object'],
  ['rows.jsonl', '{"text": "a", "lab', 'at line 1, it never ends'],
  ['rows.json', '{"rows": []}', 'not a list of objects'],
  ['rows.json', '"hello"', 'not a list of objects'],
])('is refused with the first line and its reason: %s %s', async (name, content, sentence) => {
  await expect(read(name, content)).rejects.toThrow(sentence)
})
