// Writes float32 tensors as a safetensors file (github.com/huggingface/safetensors, "Format").
import type { NamedTensors } from '../../contract/tensor.ts'
import { safetensorsHeader } from '../model/safetensors-header.ts'

/** The file's bytes: header length, header padded to 8 bytes, data little-endian in the order given. */
export function safetensorsFile(tensors: NamedTensors): Uint8Array {
  const header = safetensorsHeader(tensors)
  const end = Object.values(tensors).reduce((sum, { data }) => sum + data.byteLength, 0)
  const file = Buffer.alloc(header.length + end)
  file.set(header)
  let at = header.length
  for (const { data } of Object.values(tensors)) {
    const view = new DataView(file.buffer, file.byteOffset + at, data.byteLength)
    data.forEach((value, i) => {
      view.setFloat32(4 * i, value, true)
    })
    at += data.byteLength
  }
  return file
}
