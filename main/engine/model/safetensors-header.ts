// The header of a safetensors file (github.com/huggingface/safetensors, "Format").

interface Described {
  readonly shape: readonly number[]
  readonly data: Float32Array | Uint8Array
}

interface Announced {
  readonly dtype: 'F32' | 'BF16' | 'U8'
  readonly shape: readonly number[]
  readonly bytes: number
}

/** The bytes before the data, which follows in the order given: header length, and the header padded to 8 bytes. */
export function headerOf(tensors: Readonly<Record<string, Announced>>): Uint8Array {
  let end = 0
  const entries = Object.entries(tensors).map(([name, { dtype, shape, bytes }]) => {
    const start = end
    end += bytes
    return [name, { dtype, shape, data_offsets: [start, end] }] as const
  })
  const json = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) }))
  const length = Math.ceil(json.length / 8) * 8
  const header = Buffer.alloc(8 + length, ' ')
  header.writeBigUInt64LE(BigInt(length))
  json.copy(header, 8)
  return header
}

/** The same, of arrays. */
export const safetensorsHeader = (tensors: Readonly<Record<string, Described>>): Uint8Array =>
  headerOf(
    Object.fromEntries(
      Object.entries(tensors).map(([name, { shape, data }]) => [
        name,
        { dtype: data instanceof Float32Array ? 'F32' : 'U8', shape, bytes: data.byteLength },
      ]),
    ),
  )
