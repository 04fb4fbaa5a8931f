// Named tensors as one blob for the database: names, shapes and little-endian float32 bytes, read back with every length checked.
import { createHash } from 'node:crypto'
import { studioError } from '../../contract/errors/index.ts'
import { elements, type NamedTensors, type Tensor } from '../../contract/tensor.ts'

/*
 * "SPT1", u32 count, then per tensor: u16 name bytes, UTF-8 name, u8 rank, u32 per dimension, and behind all headers
 * the float32 values in the same order. All integers little-endian.
 */
const MAGIC = Uint8Array.from([0x53, 0x50, 0x54, 0x31])
const MAX_RANK = 8

/** A blob and the SHA-256 (hex) that must match when it is read again. */
export interface Sealed {
  readonly vectors: Uint8Array
  readonly sha256: string
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Tensors -> blob and its SHA-256. Values are kept bit for bit. */
export function sealTensors(tensors: NamedTensors): Sealed {
  const vectors = encodeTensors(tensors)
  return { vectors, sha256: sha256(vectors) }
}

/** Blob -> tensors. Throws 'store/damaged', naming `what`, where the bytes are not those that were written. */
export function openTensors(sealed: Sealed, what: string): NamedTensors {
  if (sha256(sealed.vectors) !== sealed.sha256) throw studioError('store/damaged', what)
  return decodeTensors(sealed.vectors)
}

/** Tensors -> blob. Throws 'store/tensors' for a name, shape or data length that the format cannot hold. */
export function encodeTensors(tensors: NamedTensors): Uint8Array {
  const entries = Object.entries(tensors).map(([name, tensor]) => ({ name: Buffer.from(name, 'utf8'), tensor }))
  for (const { name, tensor } of entries) checkEntry(name, tensor)
  const header = entries.reduce((n, { name, tensor }) => n + 3 + name.length + 4 * tensor.shape.length, 8)
  const out = Buffer.alloc(entries.reduce((n, { tensor }) => n + tensor.data.byteLength, header))
  out.set(MAGIC)
  out.writeUInt32LE(entries.length, 4)
  let at = 8
  for (const { name, tensor } of entries) {
    at = out.writeUInt16LE(name.length, at)
    at += name.copy(out, at)
    at = out.writeUInt8(tensor.shape.length, at)
    for (const dim of tensor.shape) at = out.writeUInt32LE(dim, at)
  }
  for (const { tensor } of entries) {
    out.set(new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength), at)
    at += tensor.data.byteLength
  }
  return out
}

function checkEntry(name: Uint8Array, { shape, data }: Tensor): void {
  if (name.length > 0xffff) throw studioError('store/tensors', 'a name is too long')
  if (shape.length > MAX_RANK) throw studioError('store/tensors', 'too many dimensions')
  if (shape.some((dim) => !Number.isInteger(dim) || dim < 0 || dim > 0xffffffff))
    throw studioError('store/tensors', 'a dimension is out of range')
  if (elements(shape) !== data.length) throw studioError('store/tensors', 'shape and data differ in length')
}

/** Blob -> tensors. Throws 'store/tensors' for any bytes that `encodeTensors` does not write; allocates no more than the blob holds. */
export function decodeTensors(bytes: Uint8Array): NamedTensors {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const take = (length: number): number => {
    if (length > view.length - at) throw studioError('store/tensors', 'it ends too early')
    at += length
    return at - length
  }
  take(MAGIC.length)
  if (!view.subarray(0, at).equals(MAGIC)) throw studioError('store/tensors', 'unknown format')
  const count = view.readUInt32LE(take(4))
  const heads = new Map<string, number[]>()
  for (let i = 0; i < count; i++) {
    const length = view.readUInt16LE(take(2))
    const start = take(length)
    const name = view.toString('utf8', start, start + length)
    const rank = view.readUInt8(take(1))
    if (rank > MAX_RANK) throw studioError('store/tensors', 'too many dimensions')
    if (heads.has(name)) throw studioError('store/tensors', 'a name stands twice')
    const shape: number[] = []
    for (let dim = 0; dim < rank; dim++) shape.push(view.readUInt32LE(take(4)))
    heads.set(name, shape)
  }
  const read = (shape: readonly number[]): Tensor => {
    const start = take(4 * elements(shape))
    // Copied, because a float32 view needs an aligned start and the blob's buffer belongs to the caller.
    return { shape, data: new Float32Array(Uint8Array.from(view.subarray(start, at)).buffer) }
  }
  const tensors = [...heads].map(([name, shape]) => [name, read(shape)] as const)
  if (at !== view.length) throw studioError('store/tensors', 'bytes are left over')
  return Object.fromEntries(tensors)
}

/** Numbers -> little-endian float64 bytes, for short lists such as log-probabilities. */
export const packNumbers = (values: readonly number[]): Uint8Array => new Uint8Array(Float64Array.from(values).buffer)

/** The inverse of `packNumbers`; throws 'store/tensors' where the length is no multiple of eight. */
export function unpackNumbers(bytes: Uint8Array): number[] {
  if (bytes.length % 8 !== 0) throw studioError('store/tensors', 'a list of numbers is cut off')
  return [...new Float64Array(Uint8Array.from(bytes).buffer)]
}
