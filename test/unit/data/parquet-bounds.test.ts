// Parquet files that would take far more memory than they are large: read within bounds, or refused in a sentence.
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { useTables } from '../../support/read-table.ts'

const { read } = useTables()
type Column = Parameters<typeof parquetWriteBuffer>[0]['columnData'][number]

const zstd = { ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes)) }
const write = (column: Omit<Column, 'name'>, options: object = {}): Uint8Array =>
  new Uint8Array(
    parquetWriteBuffer({
      columnData: [{ name: 'text', ...column }],
      codec: 'ZSTD',
      compressors: zstd,
      ...options,
    }),
  )
const texts = (count: number, length: number): string[] =>
  Array.from({ length: count }, (_, i) => String(i).padEnd(length, 'a'))

describe('a Parquet file that is small only where it is packed', () => {
  it('loses the rows that are longer than those of any format, and says so', async () => {
    const long = 'a'.repeat(4_500_000)
    const data = Array.from({ length: 400 }, (_, i) => (i === 7 ? 'short' : long))
    const { rows, skipped } = await read('long.parquet', write({ data, type: 'STRING' }))
    expect(rows).toEqual([{ row: 8, cells: ['short'] }])
    expect(skipped).toHaveLength(399)
    expect(skipped[0]).toEqual({ line: 1, reason: 'it is longer than 4 MB' })
  })

  it('comes in chunks of a few million characters, whatever its rows hold', async () => {
    const data = texts(60, 500_000)
    const { rows, longestChunk } = await read('wide.parquet', write({ data, type: 'STRING', encoding: 'PLAIN' }))
    expect(rows.map(({ cells }) => cells[0]?.length)).toEqual(data.map(() => 500_000))
    expect(longestChunk).toBeLessThanOrEqual(8_000_000)
  })

  it('is refused where a page is a bomb by its own header', async () => {
    const data = texts(40, 1_000_000)
    const file = write({ data, type: 'STRING', encoding: 'PLAIN' }, { pageSize: 1e9 })
    await expect(read('page.parquet', file)).rejects.toMatchObject({ code: 'data/too-large' })
  })

  it.each(['GZIP', 'ZSTD', 'BROTLI'] as const)('unpacks no more than the header says: %s', async (codec) => {
    const pack = { GZIP: gzipSync, ZSTD: zstdCompressSync, BROTLI: brotliCompressSync }[codec]
    const bomb = new Uint8Array(pack(new Uint8Array(64 << 20)))
    const file = write({ data: ['one', 'two'], type: 'STRING' }, { codec, compressors: { [codec]: () => bomb } })
    await expect(read('bomb.parquet', file)).rejects.toMatchObject({ code: 'data/damaged' })
  })

  it('names its empty rows', async () => {
    const { rows, skipped } = await read('nulls.parquet', write({ data: ['one', null, ' ', 'two'], type: 'STRING' }))
    expect(rows.map(({ row }) => row)).toEqual([1, 4])
    expect(skipped).toEqual([2, 3].map((line) => ({ line, reason: 'it is empty' })))
  })
})

describe('nested values', () => {
  const schema = [
    { name: 'root', num_children: 1 },
    { name: 'text', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  ]

  it('of one long text in many lists are bounded before they are written', async () => {
    const long = 'b'.repeat(1_000_000)
    const data = [Array.from({ length: 300 }, () => long), ['fine']]
    const { rows, skipped } = await read('lists.parquet', write({ data }, { schema }))
    expect(rows).toEqual([{ row: 2, cells: ['["fine"]'] }])
    expect(skipped).toEqual([{ line: 1, reason: 'it is longer than 4 MB' }])
  })
})
