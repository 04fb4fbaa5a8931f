// Stored weights to float32: one reader for each type (layouts from GGML's ggml-common.h and ggml-quants.c).
import type { StoredType } from '../../contract/model.ts'

/** A type whose elements are numbers of their own. */
interface Plain {
  /** Bytes an element. */
  readonly bytes: number
  /** Copies little-endian bytes: all supported machines are little-endian. */
  readonly read: (from: Uint8Array, to: Float32Array) => void
}

/** A type whose elements are integers in groups: an element is scale * integer + offset. */
export interface Blocked {
  /** Elements a block. */
  readonly block: number
  /** Bytes a block. */
  readonly bytes: number
  /** Elements that share a scale. */
  readonly group: number
  /** The integers' range. */
  readonly min: number
  readonly max: number
  /** Whether groups have offsets. */
  readonly hasOffsets: boolean
  readonly split: (from: DataView, at: number, to: Groups) => void
}

/** One block taken apart. */
export interface Groups {
  readonly integers: Int8Array
  readonly scales: Float32Array
  readonly offsets: Float32Array
}

const halves = halfTable()
const half = (from: DataView, at: number): number => halves[from.getUint16(at, true)] as number

const plain: { readonly [K in 'F32' | 'F16' | 'BF16']: Plain } = {
  F32: { bytes: 4, read: (from, to) => to.set(new Float32Array(from.buffer, from.byteOffset, to.length)) },
  F16: { bytes: 2, read: (from, to) => to.set(new Float16Array(from.buffer, from.byteOffset, to.length)) },
  BF16: {
    bytes: 2,
    // The upper half of a float32.
    read(from, to) {
      const halves = new Uint16Array(from.buffer, from.byteOffset, to.length)
      const bits = new Uint32Array(to.buffer, to.byteOffset, to.length)
      for (let i = 0; i < bits.length; i++) bits[i] = (halves[i] as number) << 16
    },
  },
}

/** Two integers a byte, minus `less`: the low ones make the first half of a group of 32, the high ones the second. */
function nibbles(from: DataView, at: number, to: Int8Array, out: number, less: number): void {
  for (let i = 0; i < 16; i++) {
    const pair = from.getUint8(at + i)
    to[out + i] = (pair & 15) - less
    to[out + 16 + i] = (pair >> 4) - less
  }
}

/** The same with a fifth bit for each, in `high`. */
function fiveBits(from: DataView, at: number, high: number, to: Int8Array, less: number): void {
  for (let i = 0; i < 16; i++) {
    const pair = from.getUint8(at + i)
    to[i] = ((pair & 15) | (((high >>> i) & 1) << 4)) - less
    to[16 + i] = ((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) - less
  }
}

const simple = { block: 32, group: 32 }
const large = { block: 256, group: 32 }

export const blocked: { readonly [K in Exclude<StoredType, keyof typeof plain>]: Blocked } = {
  Q8_0: {
    ...simple,
    bytes: 34,
    min: -128,
    max: 127,
    hasOffsets: false,
    split: (from, at, { integers, scales }) => {
      scales[0] = half(from, at)
      for (let i = 0; i < 32; i++) integers[i] = from.getInt8(at + 2 + i)
    },
  },
  Q4_0: {
    ...simple,
    bytes: 18,
    min: -8,
    max: 7,
    hasOffsets: false,
    split: (from, at, { integers, scales }) => {
      scales[0] = half(from, at)
      nibbles(from, at + 2, integers, 0, 8)
    },
  },
  Q4_1: {
    ...simple,
    bytes: 20,
    min: 0,
    max: 15,
    hasOffsets: true,
    split: (from, at, { integers, scales, offsets }) => {
      scales[0] = half(from, at)
      offsets[0] = half(from, at + 2)
      nibbles(from, at + 4, integers, 0, 0)
    },
  },
  Q5_0: {
    ...simple,
    bytes: 22,
    min: -16,
    max: 15,
    hasOffsets: false,
    split: (from, at, { integers, scales }) => {
      scales[0] = half(from, at)
      fiveBits(from, at + 6, from.getUint32(at + 2, true), integers, 16)
    },
  },
  Q5_1: {
    ...simple,
    bytes: 24,
    min: 0,
    max: 31,
    hasOffsets: true,
    split: (from, at, { integers, scales, offsets }) => {
      scales[0] = half(from, at)
      offsets[0] = half(from, at + 2)
      fiveBits(from, at + 8, from.getUint32(at + 4, true), integers, 0)
    },
  },
  Q4_K: {
    ...large,
    bytes: 144,
    min: 0,
    max: 15,
    hasOffsets: true,
    split: (from, at, to) => {
      sixBitScales(from, at, to)
      for (let group = 0; group < 8; group++) {
        const shift = (group & 1) * 4
        for (let i = 0; i < 32; i++)
          to.integers[group * 32 + i] = (from.getUint8(at + 16 + (group >> 1) * 32 + i) >> shift) & 15
      }
    },
  },
  Q5_K: {
    ...large,
    bytes: 176,
    min: 0,
    max: 31,
    hasOffsets: true,
    split: (from, at, to) => {
      sixBitScales(from, at, to)
      for (let group = 0; group < 8; group++) {
        const shift = (group & 1) * 4
        for (let i = 0; i < 32; i++) {
          const low = (from.getUint8(at + 48 + (group >> 1) * 32 + i) >> shift) & 15
          const high = (from.getUint8(at + 16 + i) >> group) & 1
          to.integers[group * 32 + i] = low | (high << 4)
        }
      }
    },
  },
  Q6_K: {
    block: 256,
    group: 16,
    bytes: 210,
    min: -32,
    max: 31,
    hasOffsets: false,
    split: (from, at, { integers, scales }) => {
      const scale = half(from, at + 208)
      for (let group = 0; group < 16; group++) scales[group] = scale * from.getInt8(at + 192 + group)
      for (let i = 0; i < 256; i++) {
        const [side, quarter, lane] = [i >> 7, (i >> 5) & 3, i & 31]
        const low = from.getUint8(at + side * 64 + (quarter & 1) * 32 + lane) >> (quarter > 1 ? 4 : 0)
        const high = (from.getUint8(at + 128 + side * 32 + lane) >> (quarter * 2)) & 3
        integers[i] = ((low & 15) | (high << 4)) - 32
      }
    },
  },
}

/** Scales and offsets of a K block's eight groups: six bits each, packed into twelve bytes. */
function sixBitScales(from: DataView, at: number, { scales, offsets }: Groups): void {
  const [scale, offset] = [half(from, at), half(from, at + 2)]
  const byte = (i: number): number => from.getUint8(at + 4 + i)
  for (let group = 0; group < 8; group++) {
    const [d, m] =
      group < 4
        ? [byte(group) & 63, byte(group + 4) & 63]
        : [(byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4), (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4)]
    scales[group] = scale * d
    offsets[group] = -Math.fround(offset * m)
  }
}

/** All 65,536 half-precision values. */
function halfTable(): Float32Array {
  return Float32Array.from({ length: 65536 }, (_, bits) => {
    const sign = bits & 0x8000 ? -1 : 1
    const exponent = (bits >> 10) & 31
    const fraction = bits & 1023
    if (exponent === 31) return fraction ? NaN : sign * Infinity
    return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
  })
}

export const isBlocked = (type: StoredType): type is keyof typeof blocked => type in blocked

/** Elements and bytes of the smallest piece that can be read alone. */
export const unitOf = (type: StoredType): { readonly block: number; readonly bytes: number } =>
  isBlocked(type) ? blocked[type] : { block: 1, bytes: plain[type].bytes }

/** Bytes of so many elements; undefined where they are no whole blocks. */
export function storedBytes(type: StoredType, elements: number): number | undefined {
  const { block, bytes } = unitOf(type)
  return elements % block === 0 ? (elements / block) * bytes : undefined
}

/** Calls `each` with every block of `bytes`, taken apart into the same arrays, and its first element's index. */
export function splitBlocks(type: Blocked, bytes: Uint8Array, each: (groups: Groups, first: number) => void): void {
  const from = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const count = type.block / type.group
  const groups = {
    integers: new Int8Array(type.block),
    scales: new Float32Array(count),
    offsets: new Float32Array(count),
  }
  for (let at = 0, first = 0; at + type.bytes <= bytes.length; at += type.bytes, first += type.block) {
    type.split(from, at, groups)
    each(groups, first)
  }
}

export function decode(type: StoredType, bytes: Uint8Array, to: Float32Array): void {
  if (isBlocked(type)) decodeBlocks(blocked[type], bytes, to)
  else {
    const { bytes: width, read } = plain[type]
    // Views of several bytes an element must begin at a whole one.
    read(bytes.byteOffset % width === 0 ? bytes : bytes.slice(), to)
  }
}

function decodeBlocks(type: Blocked, bytes: Uint8Array, to: Float32Array): void {
  const { block, group, hasOffsets } = type
  splitBlocks(type, bytes, ({ integers, scales, offsets }, first) => {
    for (let i = 0; i < block; i++) {
      const place = Math.floor(i / group)
      const product = (scales[place] as number) * (integers[i] as number)
      to[first + i] = hasOffsets ? Math.fround(product) + (offsets[place] as number) : product
    }
  })
}

const types = [...(Object.keys(plain) as StoredType[]), ...(Object.keys(blocked) as StoredType[])]

/** The type of that name, if it can be read. */
export const storedType = (name: string): StoredType | undefined => types.find((type) => type === name)
