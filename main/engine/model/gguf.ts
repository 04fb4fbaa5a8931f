// Reads GGUF headers (versions 2 and 3, github.com/ggml-org/ggml docs/gguf.md): metadata and the table of tensors.
import { type FileHandle, open } from 'node:fs/promises'
import { studioError } from '../../contract/errors/index.ts'

export type MetadataValue = number | bigint | boolean | string | readonly MetadataValue[]
export type Metadata = ReadonlyMap<string, MetadataValue>

export interface GgufTensor {
  readonly name: string
  /** Outermost first, as everywhere but in GGUF itself. */
  readonly shape: readonly number[]
  /** GGML's number of the type. */
  readonly type: number
  /** Byte offset in the file. */
  readonly offset: number
}

export interface GgufHeader {
  readonly metadata: Metadata
  readonly tensors: readonly GgufTensor[]
}

/** Bytes read first; more are read where the header is longer (it contains the tokenizer's vocabulary). */
const firstWindow = 1 << 22
/** Bytes of a header at most: the largest vocabularies known (262,144 tokens) take 16 MB and a million values. */
const maxHeader = 1 << 26
const maxValues = 1 << 22
const defaultAlignment = 32
const alignments: ReadonlySet<number> = new Set(Array.from({ length: 21 }, (_, power) => 2 ** power))
const maxArrayDepth = 4
const maxDimensions = 4

/** Throws model/damaged where the bytes are not a GGUF header. */
export async function readGguf(path: string): Promise<GgufHeader> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    for (let window = firstWindow; ; window *= 4) {
      const bytes = await readStart(file, Math.min(window, size, maxHeader))
      const header = parseGguf(bytes, size)
      if (header !== 'needs more') return header
      if (bytes.length === Math.min(size, maxHeader)) throw damaged('it ends within its header')
    }
  } finally {
    await file.close()
  }
}

async function readStart(file: FileHandle, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, filled)
    if (bytesRead === 0) return bytes.subarray(0, filled)
    filled += bytesRead
  }
  return bytes
}

/** The header at the start of `bytes`, of a file of `size` bytes; 'needs more' where it goes on behind them. */
export function parseGguf(bytes: Uint8Array, size = bytes.length): GgufHeader | 'needs more' {
  const cursor = new Cursor(bytes, size)
  try {
    return header(cursor, size)
  } catch (error) {
    if (error instanceof NeedsMore) return 'needs more'
    throw error
  }
}

function header(cursor: Cursor, size: number): GgufHeader {
  if (cursor.text(4) !== 'GGUF') throw damaged('it does not begin with GGUF')
  const version = cursor.u32()
  // A file of the other byte order has its version's bytes the other way round.
  if (version > 0 && (version & 0xffff) === 0) throw studioError('model/big-endian')
  if (version !== 2 && version !== 3) throw studioError('model/gguf-version', version)
  const tensorCount = cursor.count(24)
  const entryCount = cursor.count(13)
  const metadata = new Map<string, MetadataValue>()
  for (let i = 0; i < entryCount; i++) metadata.set(cursor.string(), cursor.value(cursor.u32(), 0))
  const found = Array.from({ length: tensorCount }, () => tensorEntry(cursor))
  if (new Set(found.map(({ name }) => name)).size < tensorCount) throw damaged('it names a tensor twice')
  const alignment = metadata.get('general.alignment') ?? defaultAlignment
  if (typeof alignment !== 'number' || !alignments.has(alignment)) throw damaged('its alignment is no power of two')
  const start = Math.ceil(cursor.at / alignment) * alignment
  const tensors = found.map((tensor) => ({ ...tensor, offset: tensor.offset + start }))
  for (const { name, offset } of tensors) if (offset > size) throw damaged(`${name} lies behind its end`)
  return { metadata, tensors }
}

function tensorEntry(cursor: Cursor): GgufTensor {
  const name = cursor.string()
  const dimensions = cursor.u32()
  if (dimensions > maxDimensions) throw damaged(`${name} has ${dimensions} dimensions`)
  const shape = Array.from({ length: dimensions }, () => cursor.integer()).reverse()
  return { name, shape, type: cursor.u32(), offset: cursor.integer() }
}

const damaged = (why: string): Error => studioError('model/damaged', why)

/** The bytes at hand end here, those of the file do not. */
class NeedsMore extends Error {}

/** Reads little-endian values, each only after checking that its bytes are there. */
class Cursor {
  at = 0
  private values = 0
  private readonly bytes: Uint8Array
  private readonly view: DataView
  private readonly size: number

  constructor(bytes: Uint8Array, size: number) {
    this.bytes = bytes
    this.size = size
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  u32(): number {
    return this.view.getUint32(this.take(4), true)
  }

  /** An unsigned 64-bit number that must be exact as a JavaScript number. */
  integer(): number {
    const value = this.view.getBigUint64(this.take(8), true)
    if (value > Number.MAX_SAFE_INTEGER) throw damaged('a number in its header is too large')
    return Number(value)
  }

  /** A number of items of at least `each` bytes: no more than the header can still hold. */
  count(each: number): number {
    const items = this.integer()
    if (items * each > Math.min(this.size, maxHeader) - this.at) throw damaged('it promises more than it holds')
    return items
  }

  text(length: number): string {
    const start = this.take(length)
    return utf8.decode(this.bytes.subarray(start, start + length))
  }

  string(): string {
    return this.text(this.count(1))
  }

  value(type: number, depth: number): MetadataValue {
    if (type === arrayType) return this.array(depth)
    const read = scalars[type]
    if (read === undefined) throw damaged(`its metadata has a value of unknown type ${type}`)
    return read(this)
  }

  scalar(bytes: number, read: (view: DataView, at: number) => number | bigint): number | bigint {
    return read(this.view, this.take(bytes))
  }

  private array(depth: number): readonly MetadataValue[] {
    if (depth >= maxArrayDepth) throw damaged('its metadata is nested too deeply')
    const type = this.u32()
    const length = this.count(1)
    if ((this.values += length) > maxValues) throw damaged('its metadata lists too many values')
    const items: MetadataValue[] = []
    for (let i = 0; i < length; i++) items.push(this.value(type, depth + 1))
    return items
  }

  private take(length: number): number {
    if (length > this.size - this.at) throw damaged('it ends within its header')
    if (length > this.bytes.length - this.at) throw new NeedsMore()
    const start = this.at
    this.at += length
    return start
  }
}

const utf8 = new TextDecoder()
const arrayType = 9

/** Readers by GGUF's number of the value type. */
const scalars: Readonly<Record<number, (cursor: Cursor) => MetadataValue>> = {
  0: (c) => c.scalar(1, (v, at) => v.getUint8(at)),
  1: (c) => c.scalar(1, (v, at) => v.getInt8(at)),
  2: (c) => c.scalar(2, (v, at) => v.getUint16(at, true)),
  3: (c) => c.scalar(2, (v, at) => v.getInt16(at, true)),
  4: (c) => c.scalar(4, (v, at) => v.getUint32(at, true)),
  5: (c) => c.scalar(4, (v, at) => v.getInt32(at, true)),
  6: (c) => c.scalar(4, (v, at) => v.getFloat32(at, true)),
  7: (c) => c.scalar(1, (v, at) => v.getUint8(at)) !== 0,
  8: (c) => c.string(),
  10: (c) => c.scalar(8, (v, at) => v.getBigUint64(at, true)),
  11: (c) => c.scalar(8, (v, at) => v.getBigInt64(at, true)),
  12: (c) => c.scalar(8, (v, at) => v.getFloat64(at, true)),
}
