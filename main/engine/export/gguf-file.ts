// Writes GGUF files (github.com/ggml-org/ggml docs/gguf.md, version 3) of float32 tensors.
import type { NamedTensors } from '../../contract/tensor.ts'

/** A value of the metadata, by its GGUF type. */
export type GgufValue =
  | { readonly string: string }
  | { readonly float32: number }
  | { readonly uint32: number }
  | { readonly uint32s: readonly number[] }

/** GGUF's numbers of the types. */
const types = { uint32: 4, float32: 6, string: 8, array: 9 } as const
const ggmlF32 = 0
/** GGUF's default. */
const alignment = 32

/** The file's bytes. Tensors' shapes are outermost first, as everywhere but in GGUF itself. */
export function ggufFile(metadata: Readonly<Record<string, GgufValue>>, tensors: NamedTensors): Uint8Array {
  const entries = Object.entries(metadata)
  const named = Object.entries(tensors)
  let end = 0
  const infos = named.map(([name, { shape, data }]) => {
    const offset = end
    end += aligned(data.byteLength)
    return [text(name), u32(shape.length), ...shape.toReversed().map(u64), u32(ggmlF32), u64(offset)]
  })
  const header = Buffer.concat([
    ...[Buffer.from('GGUF'), u32(3), u64(named.length), u64(entries.length)],
    ...entries.flatMap(([key, value]) => [text(key), ...bytesOf(value)]),
    ...infos.flat(),
  ])
  const file = Buffer.alloc(aligned(header.length) + end)
  header.copy(file)
  let at = aligned(header.length)
  for (const [, { data }] of named) {
    data.forEach((value, i) => file.writeFloatLE(value, at + 4 * i))
    at += aligned(data.byteLength)
  }
  return file
}

const aligned = (length: number): number => Math.ceil(length / alignment) * alignment

function bytesOf(value: GgufValue): Buffer[] {
  if ('string' in value) return [u32(types.string), text(value.string)]
  if ('float32' in value) return [u32(types.float32), f32(value.float32)]
  if ('uint32' in value) return [u32(types.uint32), u32(value.uint32)]
  return [u32(types.array), u32(types.uint32), u64(value.uint32s.length), ...value.uint32s.map(u32)]
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeFloatLE(value)
  return bytes
}

const text = (value: string): Buffer => Buffer.concat([u64(Buffer.byteLength(value)), Buffer.from(value)])
