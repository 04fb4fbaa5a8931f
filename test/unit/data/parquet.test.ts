// Parquet files: values as text, whatever packs them; and bytes that go wrong cost a thread, never the studio.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { openParquet } from '../../../main/engine/data/formats/parquet.ts'
import { useTables } from '../../support/read-table.ts'

const { folder, read } = useTables()
type Columns = Parameters<typeof parquetWriteBuffer>[0]['columnData']
type Options = Partial<Parameters<typeof parquetWriteBuffer>[0]>

const write = (columnData: Columns, options: Options = {}): Uint8Array =>
  new Uint8Array(parquetWriteBuffer({ columnData, ...options }))
/** One column of a type that must be spelled out. */
const typed = (element: Omit<SchemaElement, 'name'>, data: unknown[]): Uint8Array =>
  write([{ name: 'value', data: data as never }], {
    schema: [
      { name: 'root', num_children: 1 },
      { name: 'value', repetition_type: 'OPTIONAL', ...element },
    ],
  })
const texts = ['The parcel came late', 'Großartig – 好', '', 'line\nbreak']
const labels = ['delivery', 'praise', 'none', 'none']
const small: Columns = [
  { name: 'text', data: texts, type: 'STRING' },
  { name: 'label', data: labels, type: 'STRING' },
]

describe('a Parquet file', () => {
  it('gives its columns, and rows numbered from 1', async () => {
    expect(await read('a.parquet', write(small))).toMatchObject({
      format: 'parquet',
      columns: ['text', 'label'],
      size: { rows: 4 },
      rows: texts.map((text, i) => ({ row: i + 1, cells: [text, labels[i]] })),
      skipped: [],
    })
  })

  it('is recognised by its bytes, and a text that begins like one stays a text', async () => {
    expect((await read('a.csv', write(small))).format).toBe('parquet')
    expect((await read('b.csv', 'PAR1,label\none,x\n')).format).toBe('csv')
  })

  it.each([
    ['UNCOMPRESSED', undefined],
    ['SNAPPY', undefined],
    ['GZIP', gzipSync],
    ['ZSTD', zstdCompressSync],
    ['BROTLI', brotliCompressSync],
  ] as const)('is read where it is packed by %s', async (codec, pack) => {
    const compressors = pack === undefined ? {} : { [codec]: (bytes: Uint8Array) => new Uint8Array(pack(bytes)) }
    const { rows } = await read('packed.parquet', write(small, { codec, compressors }))
    expect(rows.map(({ cells }) => cells[0])).toEqual(texts)
  })

  it('shows whole numbers, truth values and small fractions as they were written', async () => {
    const columns: Columns = [
      { name: 'big', data: [9007199254740993n, -1n, null], type: 'INT64' },
      { name: 'single', data: [0.1, 2.5, null], type: 'FLOAT' },
      { name: 'double', data: [0.1, 1e21, null], type: 'DOUBLE' },
      { name: 'true', data: [true, false, true], type: 'BOOLEAN' },
    ]
    expect((await read('numbers.parquet', write(columns))).rows.map(({ cells }) => cells)).toEqual([
      ['9007199254740993', '0.1', '0.1', 'true'],
      ['-1', '2.5', '1e+21', 'false'],
      ['', '', '', 'true'],
    ])
  })

  it.each<[string, Omit<SchemaElement, 'name'>, unknown[], string[]]>([
    ['dates', { type: 'INT32', converted_type: 'DATE' }, [new Date('2026-03-01')], ['2026-03-01']],
    [
      'timestamps',
      { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
      [new Date('2026-03-01T14:30:05.250Z'), new Date('1969-12-31T23:59:59Z')],
      ['2026-03-01 14:30:05.250', '1969-12-31 23:59:59'],
    ],
    ['times', { type: 'INT32', converted_type: 'TIME_MILLIS' }, [52_205_000], ['14:30:05']],
    ['old texts', { type: 'BYTE_ARRAY' }, [Buffer.from('naïve'), Buffer.from([0xff, 0])], ['naïve', 'ff00']],
    ['JSON', { type: 'BYTE_ARRAY', converted_type: 'JSON' }, [{ a: [1, null] }], ['{"a":[1,null]}']],
  ])('shows %s', async (_, element, data, shown) => {
    const { rows } = await read('typed.parquet', typed(element, data))
    expect(rows.map(({ cells }) => cells[0])).toEqual(shown)
  })

  it('keeps every digit of decimals', async () => {
    const element = { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 2 } as const
    const { rows } = await read('decimals.parquet', typed(element, [19.99, -0.05, 1234567890.12]))
    expect(rows.map(({ cells }) => cells[0])).toEqual(['19.99', '-0.05', '1234567890.12'])
  })

  it('gives lists and structs as JSON', async () => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 2 },
      { name: 'tags', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'who', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'id', repetition_type: 'OPTIONAL', type: 'INT64' },
      { name: 'name', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    ]
    const columns: Columns = [
      { name: 'tags', data: [['a', null], [], null] },
      { name: 'who', data: [{ id: 7n, name: 'Ann' }, null, { id: 9007199254740993n, name: null }] },
    ]
    expect((await read('nested.parquet', write(columns, { schema }))).rows.map(({ cells }) => cells)).toEqual([
      ['["a",null]', '{"id":7,"name":"Ann"}'],
      ['[]', ''],
      ['', '{"id":"9007199254740993","name":null}'],
    ])
  })

  it('shows the names of labels that are stored as numbers, and says so', async () => {
    const names = ['billing', 'technical', 'shipping']
    const label = { names, _type: 'ClassLabel' }
    const features = {
      text: { dtype: 'string', _type: 'Value' },
      label,
      tags: { feature: label, length: -1, _type: 'Sequence' },
    }
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 3 },
      { name: 'text', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
      { name: 'label', repetition_type: 'OPTIONAL', type: 'INT64' },
      { name: 'tags', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', repetition_type: 'OPTIONAL', type: 'INT64' },
    ]
    const columns: Columns = [
      { name: 'text', data: ['a', 'b', 'c', 'd', 'e'] },
      { name: 'label', data: [2n, 0n, -1n, null, 7n] },
      { name: 'tags', data: [[0n, 1n], [], null, [-1n], [2n]] },
    ]
    const kvMetadata = [{ key: 'huggingface', value: JSON.stringify({ info: { features } }) }]
    const { rows, notes } = await read('labels.parquet', write(columns, { schema, kvMetadata }))
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'shipping', '["billing","technical"]'],
      ['b', 'billing', '[]'],
      ['c', '', ''],
      ['d', '', '[null]'],
      ['e', '7', '["shipping"]'],
    ])
    expect(notes).toEqual([
      'Numbers in “label”, “tags” are shown by the names that the file gives them.',
      'Lists and structures in “tags” are written as JSON.',
    ])
  })

  it('keeps every digit within structs too', async () => {
    const schema: SchemaElement[] = [
      { name: 'root', num_children: 1 },
      { name: 'price', repetition_type: 'OPTIONAL', num_children: 2 },
      { name: 'sum', repetition_type: 'OPTIONAL', type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 2 },
      { name: 'at', repetition_type: 'OPTIONAL', type: 'INT32', converted_type: 'TIME_MILLIS' },
    ]
    const data = [{ sum: 12345678901234.56, at: 52_205_000 }]
    const { rows } = await read('struct.parquet', write([{ name: 'price', data }], { schema }))
    expect(rows[0]?.cells).toEqual(['{"sum":"12345678901234.56","at":"14:30:05"}'])
  })

  it('is refused where two columns have one name', async () => {
    const file = write([...small, { name: 'text', data: labels, type: 'STRING' }])
    await expect(read('twice.parquet', file)).rejects.toMatchObject({ code: 'data/unsupported' })
  })

  it('comes in small chunks from many groups of rows', async () => {
    const data = Array.from({ length: 12_345 }, (_, i) => `text ${String(i)}`)
    const many = await read('many.parquet', write([{ name: 'text', data }], { rowGroupSize: 5000 }))
    expect(many.rows.map(({ cells }) => cells[0])).toEqual(data)
    expect(many.rows.map(({ row }) => row)).toEqual(data.map((_, i) => i + 1))
    expect(many.largestChunk).toBeLessThanOrEqual(1000)
  })

  it('gives back any texts', async () => {
    const cell = fc.option(fc.string({ unit: 'grapheme', maxLength: 10 }).map((text) => text.toWellFormed()))
    const rows = fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom('SNAPPY', 'UNCOMPRESSED'), async (pairs, codec) => {
        const data = [0, 1].map((at) => ({ name: `c${String(at)}`, data: pairs.map((pair) => pair[at] ?? null) }))
        const found = await read(
          'any.parquet',
          write(
            data.map((each) => ({ ...each, type: 'STRING' as const })),
            { codec },
          ),
        )
        const seen = pairs.map((pair, i) => ({ row: i + 1, cells: pair.map((each) => each ?? '') }))
        const filled = seen.filter(({ cells }) => cells.some((each) => each.trim() !== ''))
        expect(found.rows).toEqual(filled)
        expect(found.skipped).toHaveLength(seen.length - filled.length)
      }),
      { numRuns: 10 },
    )
  }, 60_000)
})

describe('a file that is no Parquet to read', () => {
  const whole = write(small)
  it.each([
    ['cut off', whole.subarray(0, whole.length - 20), 'data/damaged'],
    ['only its mark', Uint8Array.of(0x50, 0x41, 0x52, 0x31, 0x15), 'data/damaged'],
    ['packed by LZO', write(small, { codec: 'LZO', compressors: { LZO: (bytes) => bytes } }), 'data/unsupported'],
  ])('is refused in a sentence: %s', async (_, bytes, code) => {
    await expect(read('bad.parquet', bytes)).rejects.toMatchObject({ code })
  })
})

describe('any bytes', () => {
  const files = [write(small), write(small, { codec: 'UNCOMPRESSED' })]
  const changed = fc
    .tuple(fc.constantFrom(...files), fc.array(fc.tuple(fc.nat(4000), fc.nat(255)), { minLength: 1, maxLength: 5 }))
    .map(([file, each]) => {
      const copy = Uint8Array.from(file)
      // The marks at both ends stay, or little would be read.
      for (const [at, byte] of each) copy[5 + (at % (copy.length - 9))] = byte
      return copy
    })
  const noise = fc
    .uint8Array({ maxLength: 100 })
    .map((some) => Uint8Array.of(0x50, 0x41, 0x52, 0x31, 0x15, ...some, 4, 0, 0, 0, 0x50, 0x41, 0x52, 0x31))

  it('are read with rows as wide as the header, or refused by a typed error', { timeout: 240_000 }, async () => {
    const path = join(folder, 'f.parquet')
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 5, arbitrary: changed }, noise), async (bytes) => {
        writeFileSync(path, bytes)
        try {
          const { columns, chunks } = await openParquet({ name: 'f.parquet', path, choices: {} }, 1000)
          for await (const { rows } of chunks())
            for (const { cells } of rows) expect(cells).toHaveLength(columns.length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^data\//) as string })
        }
      }),
      { numRuns: 30 },
    )
  })
})
