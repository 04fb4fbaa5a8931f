// A value of a Parquet column as text.
import type { ParquetParsers, SchemaElement } from 'hyparquet'

export type Show = (value: unknown) => string

const perSecond = 1_000_000_000n
const perDay = 86_400n * perSecond

/** What stands for dates within a value; nothing of it is lost. */
export const parsers: Partial<ParquetParsers> = {
  timestampFromMilliseconds: (millis) => timestamp(BigInt(millis) * 1_000_000n),
  timestampFromMicroseconds: (micros) => timestamp(BigInt(micros) * 1000n),
  timestampFromNanoseconds: (nanos) => timestamp(BigInt(nanos)),
  dateFromDays: (days) => dateOf(BigInt(days) * perDay),
  jsonFromBytes: textOf,
  geometryFromBytes: textOf,
  geographyFromBytes: textOf,
}

/** Decimals keep their digits: the library would make binary fractions of them. Undefined where its own value is right. */
export function rawShow({ type, converted_type: kind, logical_type: logical, scale }: SchemaElement): Show | undefined {
  if (kind === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const digits = scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0)
    return (value) => (value === null || value === undefined ? '' : decimal(wholeOf(value), digits))
  }
  if (kind === 'TIME_MILLIS') return timeBy(1_000_000n)
  if (kind === 'TIME_MICROS') return timeBy(1000n)
  if (logical?.type === 'TIME') return timeBy({ MILLIS: 1_000_000n, MICROS: 1000n, NANOS: 1n }[logical.unit])
  if (kind === 'BSON' || kind === 'INTERVAL') return show
  return type === 'FLOAT' ? (value) => (typeof value === 'number' ? single(value) : show(value)) : undefined
}

const timeBy =
  (nanos: bigint): Show =>
  (value) =>
    value === null || value === undefined ? '' : timeOf(wholeOf(value) * nanos)

/** Error: RangeError where it is nested deeper than can be written. */
export function show(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'string') return value
  if (value instanceof Uint8Array) return textOf(value)
  if (typeof value === 'object') return JSON.stringify(value, plain)
  return String(value as number | bigint | boolean)
}

/** Values that JSON cannot represent. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Uint8Array) return textOf(value)
  return value === undefined ? null : value
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
function single(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(value)
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
