// Reads the tensors of a safetensors file from an untrusted source, as float32.
import type { StoredType } from '../../contract/model.ts'
import type { NamedTensors, Tensor } from '../../contract/tensor.ts'
import { elements } from '../../contract/tensor.ts'
import { decode } from '../model/dequantise.ts'
import { parseSafetensors } from '../model/safetensors.ts'

/** Throws an Error that says why where the bytes are not what their header says, or some numbers are none. */
export function readTensors(file: Uint8Array, types: readonly StoredType[] = ['F32']): NamedTensors {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const length = Number(view.getBigUint64(0, true))
  if (length > file.length - 8) throw new Error('its header is longer than the file')
  const refs = parseSafetensors(file.subarray(8, 8 + length), 'safetensors', file.length)
  return Object.fromEntries(
    Object.entries(refs).map(([name, { type, shape, offset, bytes }]): [string, Tensor] => {
      const stored = types.find((each) => each === type)
      if (!stored) throw new Error(`its numbers are of the type ${type}`)
      const data = new Float32Array(elements(shape))
      // A copy, because numbers are read at multiples of their size; a Buffer's own slice is none.
      decode(stored, Uint8Array.from(file.subarray(offset, offset + bytes)), data)
      if (!data.every(Number.isFinite)) throw new Error('some of its numbers are none')
      return [name, { shape, data }]
    }),
  )
}
