// Messages as text, for a websocket: JSON that also carries bytes, arrays of numbers, NaN and infinities.
import { studioError } from './errors/index.ts'

/** Longest message in characters; the largest ones are pieces of files and prompts. */
export const MAX_MESSAGE = 32 * 1024 * 1024

/** Key that marks values that plain JSON cannot represent; an object that has this key itself is wrapped. */
const TAG = '$'

const arrays = { u8: Uint8Array, f32: Float32Array, i32: Int32Array } as const
type ArrayTag = keyof typeof arrays
const tags = Object.keys(arrays) as readonly ArrayTag[]
const numbers: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity }

/** Error: 'run/protocol' for a message that is too long. */
export function encodeMessage(message: unknown): string {
  const text = JSON.stringify(plain(message))
  if (text.length > MAX_MESSAGE) throw studioError('run/protocol')
  return text
}

function plain(value: unknown): unknown {
  if (typeof value === 'number') return Number.isFinite(value) ? value : { [TAG]: 'number', v: String(value) }
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  const tag = tags.find((each) => value instanceof arrays[each])
  if (tag) return { [TAG]: tag, v: toBase64(value as Uint8Array | Float32Array | Int32Array) }
  const record = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, plain(field)]))
  return Object.hasOwn(record, TAG) ? { [TAG]: 'object', v: record } : record
}

/** Errors: 'run/protocol' for text that is too long or that no `encodeMessage` wrote. */
export function decodeMessage(text: string): unknown {
  if (text.length > MAX_MESSAGE) throw studioError('run/protocol')
  try {
    return revive(JSON.parse(text))
  } catch {
    throw studioError('run/protocol')
  }
}

/** The recursion is no deeper than JSON.parse's was. */
function revive(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(revive)
  const record = value as Record<string, unknown>
  if (!Object.hasOwn(record, TAG)) return fields(record)
  const { [TAG]: tag, v } = record
  if (tag === 'object') return fields(v as Record<string, unknown>)
  if (tag === 'number' && Object.hasOwn(numbers, String(v))) return numbers[String(v)]
  if (typeof v === 'string' && Object.hasOwn(arrays, String(tag))) return fromBase64(tag as ArrayTag, v)
  throw studioError('run/protocol')
}

const fields = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, revive(value)]))

const CHUNK = 0x8000

function toBase64({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array | Int32Array): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength)
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK) text += String.fromCharCode(...bytes.subarray(at, at + CHUNK))
  return btoa(text)
}

function fromBase64(tag: ArrayTag, base64: string): Uint8Array | Float32Array | Int32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return tag === 'u8' ? bytes : new arrays[tag](bytes.buffer)
}
