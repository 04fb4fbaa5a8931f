// The header of a safetensors file (github.com/huggingface/safetensors, "Format").

interface Described {
  readonly shape: readonly number[]
  readonly data: Float32Array | Uint8Array
}

/** The bytes before the data, which follows in the order given: header length, and the header padded to 8 bytes. */
export function safetensorsHeader(tensors: Readonly<Record<string, Described>>): Uint8Array {
  let end = 0
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const start = end
    end += data.byteLength
    const dtype = data instanceof Float32Array ? 'F32' : 'U8'
    return [name, { dtype, shape, data_offsets: [start, end] }] as const
  })
  const json = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }))
  const length = Math.ceil(json.length / 8) * 8
  const header = Buffer.alloc(8 + length, ' ')
  header.writeBigUInt64LE(BigInt(length))
  json.copy(header, 8)
  return header
}
