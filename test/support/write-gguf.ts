// Writes GGUF files (github.com/ggml-org/ggml docs/gguf.md, version 3), whole or changed copies of a fixture.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type MetadataValue, parseGguf } from '../../main/engine/model/gguf.ts'

export interface WrittenTensor {
  readonly name: string
  /** Outermost first. */
  readonly shape: readonly number[]
  /** GGML's number of the type. */
  readonly type: number
  readonly data: Uint8Array
}

export interface Gguf {
  readonly metadata: Readonly<Record<string, MetadataValue>>
  readonly tensors: readonly WrittenTensor[]
}

const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)
const u64 = (value: number | bigint): Buffer => Buffer.from(BigUint64Array.of(BigInt(value)).buffer)
const string = (text: string): Buffer => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)])

/** A value's type and bytes: whole numbers as u32 or i32, others as f32. */
function value(of: MetadataValue): [type: number, bytes: Buffer] {
  if (typeof of === 'string') return [8, string(of)]
  if (typeof of === 'boolean') return [7, Buffer.of(Number(of))]
  if (typeof of === 'bigint') return [10, u64(of)]
  if (typeof of === 'number')
    return Number.isInteger(of) && of >= 0 && of < 2 ** 32
      ? [4, u32(of)]
      : Number.isInteger(of)
        ? [5, Buffer.from(Int32Array.of(of).buffer)]
        : [6, Buffer.from(Float32Array.of(of).buffer)]
  const items = of.map(value)
  // Numbers of one list have one type.
  const type = items.length > 0 && items.every(([each]) => each === items[0]?.[0]) ? (items[0]?.[0] ?? 8) : 6
  const bytes =
    type === 6 ? of.map((each) => Buffer.from(Float32Array.of(Number(each)).buffer)) : items.map(([, b]) => b)
  return [9, Buffer.concat([u32(type), u64(of.length), ...bytes])]
}

const padded = (bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, Buffer.alloc(Math.ceil(bytes.length / 32) * 32 - bytes.length)])

export function ggufFile({ metadata, tensors }: Gguf): Buffer {
  const entries = Object.entries(metadata).map(([key, of]) => {
    const [type, bytes] = value(of)
    return Buffer.concat([string(key), u32(type), bytes])
  })
  let end = 0
  const infos = tensors.map(({ name, shape, type, data }) => {
    const offset = end
    end += Math.ceil(data.length / 32) * 32
    return Buffer.concat([string(name), u32(shape.length), ...shape.toReversed().map(u64), u32(type), u64(offset)])
  })
  const header = [Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(entries.length), ...entries, ...infos]
  return Buffer.concat([padded(Buffer.concat(header)), ...tensors.map(({ data }) => padded(data))])
}

/** The fixture test/fixtures/model/NAME.gguf, taken apart. */
export function ggufFixture(name: 'llama' | 'qwen2' | 'qwen3'): Gguf {
  const file = readFileSync(fileURLToPath(new URL(`../fixtures/model/${name}.gguf`, import.meta.url)))
  const header = parseGguf(file)
  if (header === 'needs more') throw new Error('the fixture is incomplete')
  const starts = header.tensors.map(({ offset }) => offset).sort((a, b) => a - b)
  const tensors = header.tensors.map(({ name, shape, type, offset }) => {
    const next = starts.find((start) => start > offset) ?? file.length
    const count = shape.reduce((product, size) => product * size, 1)
    return { name, shape, type, data: file.subarray(offset, Math.min(next, offset + count * (type === 0 ? 4 : 2))) }
  })
  return { metadata: Object.fromEntries(header.metadata), tensors }
}

/** A tensor of float32. */
export const f32 = (name: string, shape: readonly number[], fill = 1): WrittenTensor => ({
  name,
  shape,
  type: 0,
  data: Buffer.from(new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(fill).buffer),
})
