// Before encoding: what MessagePack would lose or change is marked as one of our extensions; everything else stays as it is.
import { ExtData } from '@msgpack/msgpack'
import { arrayType, kinds, type NumberArray } from './kinds.ts'
import { MAX_DEPTH } from './bounds.ts'

/** What was seen on the way, to size the buffer and to bound the message. */
export interface Seen {
  items: number
  /** Of numeric arrays and bytes. */
  bytes: number
}

/**
 * The value, copied only along the way to what had to be marked. `entries` encodes the pairs of an object that is sent as
 * such. Errors: TypeError for what is no data (functions, class instances), RangeError where it is nested too deeply.
 */
export function mark(value: unknown, seen: Seen, entries: (pairs: unknown) => Uint8Array): unknown {
  const visit = (each: unknown, depth: number): unknown => {
    seen.items += 1
    if (typeof each === 'string') return travels(each) ? each : new ExtData(kinds.text, utf16(each))
    if (typeof each === 'number') return Object.is(each, -0) ? new ExtData(kinds.negativeZero, nothing) : each
    if (typeof each === 'boolean' || each === null) return each
    if (each === undefined) return new ExtData(kinds.undefined, nothing)
    if (typeof each === 'bigint') return new ExtData(kinds.bigint, bytesOfBigInt(each))
    if (typeof each !== 'object') throw new TypeError(`A ${typeof each} cannot be sent.`)
    if (depth >= MAX_DEPTH) throw new RangeError('This is nested too deeply to be sent.')
    if (Array.isArray(each)) return visitAll(each as unknown[], depth)
    return ArrayBuffer.isView(each) ? visitView(each) : visitRecord(each as Record<string, unknown>, depth)
  }

  const visitAll = (values: readonly unknown[], depth: number): readonly unknown[] => {
    let copy: unknown[] | undefined
    for (let i = 0; i < values.length; i++) {
      const marked = visit(values[i], depth + 1)
      if (!Object.is(marked, values[i])) (copy ??= [...values])[i] = marked
    }
    return copy ?? values
  }

  const visitView = (view: ArrayBufferView): unknown => {
    seen.bytes += view.byteLength
    const name = (view as Uint8Array)[Symbol.toStringTag] as string
    if (name === 'Uint8Array') return view
    const type = arrayType(name)
    if (type === undefined) throw new TypeError(`A ${name} cannot be sent.`)
    return new ExtData(type, (at) => aligned(view as NumberArray, at))
  }

  const visitRecord = (record: Readonly<Record<string, unknown>>, depth: number): unknown => {
    if (!isPlain(record)) throw new TypeError(`A ${record.constructor.name} cannot be sent.`)
    const keys = Object.keys(record)
    if (keys.some((key) => key === '__proto__' || !travels(key))) {
      seen.items += 1
      return new ExtData(kinds.entries, entries(visitAll(Object.entries(record), depth)))
    }
    let copy: Record<string, unknown> | undefined
    for (const key of keys) {
      seen.items += 1
      const marked = visit(record[key], depth + 1)
      if (!Object.is(marked, record[key])) (copy ??= { ...record })[key] = marked
    }
    return copy ?? record
  }

  return visit(value, 0)
}

const nothing = new Uint8Array(0)

/** Whether UTF-8 carries the text, and its decoder strips no byte-order mark. */
const travels = (text: string): boolean => text.charCodeAt(0) !== 0xfeff && text.isWellFormed()

const utf16 = (text: string): Uint8Array =>
  new Uint8Array(Uint16Array.from({ length: text.length }, (_, i) => text.charCodeAt(i)).buffer)

/** Sign, then hexadecimal digits: parsing decimal ones takes quadratic time. */
const bytesOfBigInt = (value: bigint): Uint8Array =>
  Uint8Array.from(value < 0n ? `-${(-value).toString(16)}` : `+${value.toString(16)}`, (digit) => digit.charCodeAt(0))

/**
 * The numbers' bytes where they will begin at `at` in the message, behind so much padding (its length first) that they
 * lie aligned: the receiver reads them in place. Source: README of @msgpack/msgpack, "Extension types".
 */
function aligned({ buffer, byteOffset, byteLength, BYTES_PER_ELEMENT }: NumberArray, at: number): Uint8Array {
  const padding = 1 + ((BYTES_PER_ELEMENT - ((at + 1) % BYTES_PER_ELEMENT)) % BYTES_PER_ELEMENT)
  const bytes = new Uint8Array(padding + byteLength)
  bytes[0] = padding
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength), padding)
  return bytes
}

function isPlain(record: object): boolean {
  const prototype = Object.getPrototypeOf(record) as object | null
  // Objects of another realm have that realm's Object.prototype, which has no prototype either.
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
