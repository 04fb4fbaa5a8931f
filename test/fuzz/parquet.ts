// Parquet files, whole and damaged: every row that the file says it has is read or named, or the file is refused.
import { deepStrictEqual, ok } from 'node:assert'
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import fc from 'fast-check'
import type { SchemaElement } from 'hyparquet'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { checkRows, fileOf, PATIENCE_MS } from '../support/check-table.ts'
import { type Changes, changes, isWhole, mutate } from '../support/mutate.ts'
import { parquetStep } from '../support/parquet-reader.ts'

const packers = {
  UNCOMPRESSED: undefined,
  SNAPPY: undefined,
  GZIP: gzipSync,
  BROTLI: brotliCompressSync,
  ZSTD: zstdCompressSync,
} as const

export interface ParquetCase {
  readonly rows: readonly (readonly [text: string | null, label: bigint | null, tags: readonly string[] | null])[]
  readonly codec: keyof typeof packers
  readonly rowGroupSize: number
  readonly pageSize: number
  readonly changes: Changes
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((each) => each.toWellFormed())
const row = fc.tuple(
  fc.option(fc.oneof(text, fc.constantFrom('the same', 'another'))),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.array(text, { maxLength: 3 })),
)

const cases: fc.Arbitrary<ParquetCase> = fc.record({
  rows: fc.array(row, { minLength: 1, maxLength: 20 }),
  codec: fc.constantFrom(...(Object.keys(packers) as (keyof typeof packers)[])),
  rowGroupSize: fc.integer({ min: 1, max: 20 }),
  pageSize: fc.constantFrom(8, 64, 1 << 20),
  changes,
})

const schema: SchemaElement[] = [
  { name: 'root', num_children: 3 },
  { name: 'text', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  { name: 'label', repetition_type: 'OPTIONAL', type: 'INT64' },
  { name: 'tags', repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', type: 'BYTE_ARRAY', converted_type: 'UTF8' },
]

function write({ rows, codec, rowGroupSize, pageSize }: ParquetCase): Uint8Array {
  const pack = packers[codec]
  const columnData = ['text', 'label', 'tags'].map((name, at) => ({
    name,
    data: rows.map((cells) => cells[at]) as never,
  }))
  const compressors = pack ? { [codec]: (bytes: Uint8Array) => new Uint8Array(pack(bytes)) } : {}
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, codec, compressors, rowGroupSize, pageSize }))
}

async function check(made: ParquetCase): Promise<void> {
  const path = fileOf('fuzz.parquet', mutate(write(made), made.changes))
  const whole = isWhole(made.changes)
  let columns: readonly string[] = []
  let said = 0
  let rows: (readonly string[])[] = []
  let skipped = 0
  for (let add = checkRows(columns); ;) {
    const step = await parquetStep(path, PATIENCE_MS)
    if (step.kind === 'end') break
    if (step.kind !== 'step') return ok(!whole, 'why' in step ? step.why : step.kind)
    if ('columns' in step.value) {
      columns = step.value.columns
      said = step.value.rows
      add = checkRows(columns)
      continue
    }
    add(step.value.rows)
    rows = [...rows, ...step.value.rows.map(({ cells }) => cells)]
    skipped += step.value.skipped.length
  }
  deepStrictEqual(rows.length + skipped, said, 'every row is read or named')
  if (!whole) return
  const shown = made.rows.map(([one, label, tags]) => [
    one ?? '',
    label === null ? '' : String(label),
    tags ? JSON.stringify(tags) : '',
  ])
  deepStrictEqual(
    rows,
    shown.filter((cells) => cells.some((cell) => cell.trim() !== '')),
  )
}

export const parquet = { name: 'Parquet', cases, check }
