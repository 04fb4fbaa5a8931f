// A value of a Parquet column as text.
import type { ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet'
import { isListLike, isMapLike } from 'hyparquet/src/schema.js'
import { tooDeep, tooLong } from '../chunks.ts'
import type { Feature } from './features.ts'

export type Show = (value: unknown) => string
/** To what JSON can hold. */
type Plain = (value: unknown) => unknown

const perSecond = 1_000_000_000n
const perDay = 86_400n * perSecond
/** Stands for bytes that no cell can hold: the library calls its parsers once for each value of a dictionary. */
const oversized = Symbol('oversized')
/** Bytes of a value at most; a character takes up to four. */
const maxBytes = 16_000_000
const maxCharacters = 4_000_000
const maxDepth = 100

const strings = new TextDecoder('utf-8', { ignoreBOM: true })

/** What stands for dates within a value; nothing of it is lost. */
export const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => timestamp(BigInt(millis) * 1_000_000n),
  timestampFromMicroseconds: (micros) => timestamp(BigInt(micros) * 1000n),
  timestampFromNanoseconds: (nanos) => timestamp(BigInt(nanos)),
  dateFromDays: (days) => dateOf(BigInt(days) * perDay),
  stringFromBytes: unlessOversized((bytes) => strings.decode(bytes)),
  jsonFromBytes: unlessOversized(textOf),
  geometryFromBytes: unlessOversized(textOf),
  geographyFromBytes: unlessOversized(textOf),
}

function unlessOversized(read: (bytes: Uint8Array) => string): (bytes: Uint8Array | undefined) => unknown {
  return (bytes) => (bytes === undefined ? undefined : bytes.length > maxBytes ? oversized : read(bytes))
}

/**
 * How a top column is shown: texts as they are, lists, maps and structs as JSON, whole numbers and decimals with all
 * their digits, numbers with names (`feature`) by their name. Where a value is shown from its raw form, the schema is
 * made to say no more of it. Error of a cell: UnreadableRow.
 */
export function showOf(node: SchemaTree, feature: Feature = {}): Show {
  const plain = plainOf(node, feature)
  return (value) => {
    const shown = plain(value)
    if (shown === null || shown === undefined) return ''
    if (typeof shown === 'string') return shown
    if (typeof shown !== 'object') return String(shown as number | bigint | boolean)
    measure(shown, maxCharacters, 0)
    return JSON.stringify(shown)
  }
}

function plainOf(node: SchemaTree, feature: Feature): Plain {
  const one = node.children.length === 0 ? leafOf(node.element, feature) : groupOf(node, feature)
  const known: Plain = (value) => (value === null || value === undefined ? null : one(value))
  return node.element.repetition_type === 'REPEATED' ? each(known) : known
}

const each =
  (one: Plain): Plain =>
  (value) =>
    Array.isArray(value) ? value.map(one) : one(value)

function groupOf(node: SchemaTree, feature: Feature): Plain {
  const [within] = node.children
  if (within && isListLike(node)) {
    const [only] = within.children
    const element = within.children.length === 1 && only ? only : within
    return each(plainOf({ ...element, element: { ...element.element } }, feature.element ?? feature))
  }
  if (isMapLike(node)) {
    const value = within?.children.find(({ element }) => element.name === 'value')
    return value ? fieldsBy(() => plainOf(value, {})) : anything
  }
  if (node.element.logical_type?.type === 'VARIANT') return anything
  const fields = new Map(
    node.children.map((child) => {
      const { name } = child.element
      return [name, plainOf(child, (feature.fields ?? feature.element?.fields)?.[name] ?? {})]
    }),
  )
  return fieldsBy((name) => fields.get(name) ?? anything)
}

const fieldsBy =
  (plainBy: (name: string) => Plain): Plain =>
  (value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainBy(name)(inner)]))
      : anything(value)

function leafOf(element: SchemaElement, { names }: Feature): Plain {
  // The library that writes names gives a missing label the number -1.
  if (names) return (value) => (Number(value) === -1 ? null : (names[Number(value)] ?? anything(value)))
  const raw = rawOf(element)
  if (!raw) return anything
  delete element.converted_type
  delete element.logical_type
  return raw
}

/** A value whose type says all. */
function anything(value: unknown): unknown {
  if (value === oversized) throw tooLong()
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) {
    if (value.length > maxBytes) throw tooLong()
    return textOf(value)
  }
  if (Array.isArray(value)) return value.map(anything)
  return value === undefined ? null : value
}

/** Decimals keep their digits: the library would make binary fractions of them. Undefined where its own value is right. */
function rawOf({ type, converted_type: kind, logical_type: logical, scale }: SchemaElement): Plain | undefined {
  if (kind === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const digits = scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0)
    return (value) => decimal(wholeOf(value), digits)
  }
  if (kind === 'TIME_MILLIS') return timeBy(1_000_000n)
  if (kind === 'TIME_MICROS') return timeBy(1000n)
  if (logical?.type === 'TIME') return timeBy({ MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n }[logical.unit])
  if (kind === 'BSON' || kind === 'INTERVAL') return anything
  return type === 'FLOAT' ? (value) => (typeof value === 'number' ? single(value) : anything(value)) : undefined
}

const timeBy =
  (nanos: bigint): Plain =>
  (value) =>
    timeOf(wholeOf(value) * nanos)

/** How many characters are left of `budget`. Errors: UnreadableRow where there are none, or values lie too deep. */
function measure(value: unknown, budget: number, depth: number): number {
  if (depth > maxDepth) throw tooDeep()
  let left = budget - (typeof value === 'string' ? value.length + 2 : 4)
  if (typeof value === 'object' && value !== null)
    for (const [name, inner] of Object.entries(value)) {
      left = measure(inner, left - (Array.isArray(value) ? 0 : name.length), depth + 1)
    }
  if (left < 0) throw tooLong()
  return left
}

/** UTF-8, as old writers leave it unsaid; else the bytes in hexadecimal. */
function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return hex(bytes)
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')

/** Bytes hold the highest first, with a sign. */
function wholeOf(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint)
  return value.length === 0 ? 0n : BigInt.asIntN(8 * value.length, BigInt(`0x${hex(value)}`))
}

function decimal(value: bigint, scale: number): string {
  if (scale <= 0) return String(value * 10n ** BigInt(Math.min(100, -scale)))
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** The shortest number that has the same 32 bits. */
function single(value: number): number {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return short
  }
  return value
}

const timestamp = (nanos: bigint): string => {
  const rest = ((nanos % perDay) + perDay) % perDay
  return `${dateOf(nanos - rest)} ${timeOf(rest)}`
}

/** '2026-03-01'; the number itself behind the years that dates can have. */
function dateOf(nanos: bigint): string {
  const date = new Date(Number(nanos / 1_000_000n))
  return Number.isNaN(date.getTime()) ? String(nanos) : date.toISOString().slice(0, -14)
}

/** '14:30:05', with the part of a second where there is one. */
function timeOf(nanos: bigint): string {
  const seconds = Number(nanos / perSecond)
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const part = String(nanos % perSecond)
    .padStart(9, '0')
    .replace(/(000)+$/, '')
  return parts.map((each) => String(each).padStart(2, '0')).join(':') + (part === '' ? '' : `.${part}`)
}
