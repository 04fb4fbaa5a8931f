// Values as bytes, the same for processes of any runtime: MessagePack with extensions for what it does not carry itself.
import { decode, Encoder, ExtensionCodec } from '@msgpack/msgpack'
import { studioError } from '../errors/index.ts'
import { type Bounds, checkValue } from './bounds.ts'
import { arrayKinds, kinds } from './kinds.ts'
import { mark, type Seen } from './mark.ts'

/** Lengths on the wire have 32 bits. */
export const unbounded: Bounds = { bytes: 2 ** 32 - 1, items: Infinity }

/** Errors: 'run/too-large' above the bounds; TypeError for what is no data. */
export function encodeValue(value: unknown, bounds: Bounds): Uint8Array {
  const seen: Seen = { items: 0, bytes: 0 }
  const marked = mark(value, seen, (pairs) => encode(pairs, 0))
  if (seen.items > bounds.items || seen.bytes > bounds.bytes) throw studioError('run/too-large')
  const bytes = encode(marked, seen.bytes)
  if (bytes.length > bounds.bytes) throw studioError('run/too-large')
  return bytes
}

/** `arrays`: bytes that arrays will take, so that the buffer need not grow for them. The encoder is new, so its buffer is ours. */
const encode = (marked: unknown, arrays: number): Uint8Array =>
  new Encoder({ maxDepth: Infinity, initialBufferSize: arrays + 2048 }).encodeSharedRef(marked)

/** Arrays in it may be views of the bytes. Error: 'run/protocol' for bytes that no `encodeValue` within the bounds wrote. */
export function decodeValue(bytes: Uint8Array, bounds: Bounds): unknown {
  try {
    checkValue(bytes, bounds)
    // Arrays in it are views of the kind that they are taken from: bytes, not a Node buffer.
    return decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), options)
  } catch {
    throw studioError('run/protocol')
  }
}

/** UTF-16 code units that are made text at once. */
const UNITS = 8192

const extensionCodec = new ExtensionCodec()
const options = { extensionCodec }

function register(type: number, read: (bytes: Uint8Array) => unknown): void {
  extensionCodec.register({ type, encode: () => null, decode: read })
}

register(kinds.undefined, () => undefined)
register(kinds.negativeZero, () => -0)
register(kinds.bigint, (bytes) => {
  const magnitude = BigInt(`0x${String.fromCharCode(...bytes.subarray(1))}`)
  return bytes[0] === 0x2d ? -magnitude : magnitude
})
register(kinds.text, (bytes) => {
  const units = new Uint16Array(bytes.slice().buffer)
  let text = ''
  for (let at = 0; at < units.length; at += UNITS) text += String.fromCharCode(...units.subarray(at, at + UNITS))
  return text
})
register(kinds.entries, (bytes) => Object.fromEntries(decode(bytes, options) as [string, unknown][]))
for (const { type, make, size } of arrayKinds)
  register(type, (bytes) => {
    const padding = bytes[0] ?? Infinity
    const length = (bytes.length - padding) / size
    if (!Number.isInteger(length)) throw new RangeError('An array that ends within a number.')
    const at = bytes.byteOffset + padding
    // An array whose message does not begin aligned in memory is copied to where it does.
    return at % size === 0
      ? new make(bytes.buffer as ArrayBuffer, at, length)
      : new make(bytes.slice(padding).buffer as ArrayBuffer, 0, length)
  })
