// Before decoding: walks over MessagePack without building anything, so that no announced length takes memory that is not there.
import { isKnown, kinds } from './kinds.ts'

/** Lists and objects within each other. */
export const MAX_DEPTH = 100

/** What one message may be. */
export interface Bounds {
  readonly bytes: number
  /** Values, keys included: the smallest ones take one byte on the wire and about a hundred in memory. */
  readonly items: number
}

/** Throws an error where the bytes are not exactly one value of our kinds within the bounds. */
export function checkValue(bytes: Uint8Array, { items }: Bounds): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let left = items

  /** Checks the value between two positions that begins `depth` levels within others. */
  const check = (from: number, to: number, depth: number): void => {
    let at = from
    /** Values that are still to come, of each list and object that has begun. */
    const open = [1]
    const begin = (count: number): void => {
      // Each takes at least a byte.
      if (count > to - at || depth + open.length > MAX_DEPTH) throw new RangeError('MessagePack: no such list')
      open.push(count)
    }
    const skip = (length: number): void => {
      if (length > to - at) throw new RangeError('MessagePack: cut')
      at += length
    }
    const size = (width: number): number => {
      skip(width)
      if (width === 1) return view.getUint8(at - 1)
      return width === 2 ? view.getUint16(at - 2) : view.getUint32(at - 4)
    }
    const extension = (length: number): void => {
      const type = view.getInt8(at)
      if (!isKnown(type)) throw new TypeError('MessagePack: unknown type')
      skip(1)
      const start = at
      skip(length)
      if (type === kinds.entries) check(start, at, depth + open.length - 1)
    }
    while (open.length > 0) {
      const coming = open.pop() ?? 0
      if (coming === 0) continue
      open.push(coming - 1)
      if (--left < 0) throw new RangeError('MessagePack: too many values')
      skip(1)
      value(view.getUint8(at - 1), { begin, skip, size, extension })
    }
    if (at !== to) throw new RangeError('MessagePack: more than one value')
  }
  check(0, bytes.length, 0)
}

interface Steps {
  begin(count: number): void
  skip(length: number): void
  size(width: number): number
  extension(length: number): void
}

/** Bytes behind each head from 0xca on: float 32 and 64, unsigned and signed integers. */
const numbers: readonly number[] = [4, 8, 1, 2, 4, 8, 1, 2, 4, 8]

/** Steps over a value by its first byte. Source: github.com/msgpack/msgpack/blob/master/spec.md. */
function value(head: number, { begin, skip, size, extension }: Steps): void {
  if (head < 0x80 || head >= 0xe0 || head === 0xc0 || head === 0xc2 || head === 0xc3) return
  if (head < 0x90) begin(2 * (head - 0x80))
  else if (head < 0xa0) begin(head - 0x90)
  else if (head < 0xc0) skip(head - 0xa0)
  else if (head === 0xc1) throw new TypeError('MessagePack: unknown type')
  else if (head <= 0xc6) skip(size(1 << (head - 0xc4)))
  else if (head <= 0xc9) extension(size(1 << (head - 0xc7)))
  else if (head <= 0xd3) skip(numbers[head - 0xca] ?? 0)
  else if (head <= 0xd8) extension(1 << (head - 0xd4))
  else if (head <= 0xdb) skip(size(1 << (head - 0xd9)))
  else if (head <= 0xdd) begin(size(2 << (head - 0xdc)))
  else begin(2 * size(2 << (head - 0xde)))
}
