// Writes float32 tensors as a safetensors file (github.com/huggingface/safetensors, "Format").
import type { NamedTensors } from '../../contract/tensor.ts'

/** The file's bytes: header length, header padded to 8 bytes, data little-endian in the order given. */
export function safetensorsFile(tensors: NamedTensors): Uint8Array {
  let end = 0
  const entries = Object.entries(tensors).map(([name, { shape, data }]) => {
    const start = end
    end += data.byteLength
    return [name, { dtype: 'F32', shape, data_offsets: [start, end] }] as const
  })
  const json = JSON.stringify({ __metadata__: { format: 'pt' }, ...Object.fromEntries(entries) })
  const header = Buffer.from(
    json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 - Buffer.byteLength(json) + json.length),
  )
  const file = Buffer.alloc(8 + header.length + end)
  file.writeBigUInt64LE(BigInt(header.length))
  header.copy(file, 8)
  let at = 8 + header.length
  for (const { data } of Object.values(tensors)) {
    const view = new DataView(file.buffer, file.byteOffset + at, data.byteLength)
    data.forEach((value, i) => {
      view.setFloat32(4 * i, value, true)
    })
    at += data.byteLength
  }
  return file
}
