// Stored weights to float32: one decoder for each type (layouts from GGML's ggml-common.h and ggml-quants.c).
import type { StoredType } from '../../contract/model.ts'

interface Encoding {
  /** Elements a block. */
  readonly block: number
  /** Bytes a block. */
  readonly bytes: number
  /** GGML's number of the type. */
  readonly ggml: number
  /** Decodes whole blocks of `from` into `to`, which has room for them. */
  readonly decode: (from: DataView, to: Float32Array) => void
}

const halves = halfTable()
const half = (from: DataView, at: number): number => halves[from.getUint16(at, true)] as number
const float = new Float32Array(1)
const floatBits = new Uint32Array(float.buffer)

/** Calls `decode` for each block with its byte offset and its first element's index. */
const blocks =
  (bytes: number, block: number, decode: (from: DataView, at: number, to: Float32Array, out: number) => void) =>
  (from: DataView, to: Float32Array): void => {
    for (let at = 0, out = 0; at + bytes <= from.byteLength; at += bytes, out += block) decode(from, at, to, out)
  }

export const encodings: { readonly [K in StoredType]: Encoding } = {
  F32: {
    block: 1,
    bytes: 4,
    ggml: 0,
    decode: blocks(4, 1, (from, at, to, out) => (to[out] = from.getFloat32(at, true))),
  },
  F16: { block: 1, bytes: 2, ggml: 1, decode: blocks(2, 1, (from, at, to, out) => (to[out] = half(from, at))) },
  BF16: {
    block: 1,
    bytes: 2,
    ggml: 30,
    decode: blocks(2, 1, (from, at, to, out) => {
      floatBits[0] = from.getUint16(at, true) << 16
      to[out] = float[0] as number
    }),
  },
  Q8_0: {
    block: 32,
    bytes: 34,
    ggml: 8,
    decode: blocks(34, 32, (from, at, to, out) => {
      const scale = half(from, at)
      for (let i = 0; i < 32; i++) to[out + i] = scale * from.getInt8(at + 2 + i)
    }),
  },
  Q4_0: {
    block: 32,
    bytes: 18,
    ggml: 2,
    decode: blocks(18, 32, (from, at, to, out) => {
      const scale = half(from, at)
      for (let i = 0; i < 16; i++) {
        const pair = from.getUint8(at + 2 + i)
        to[out + i] = scale * ((pair & 15) - 8)
        to[out + 16 + i] = scale * ((pair >> 4) - 8)
      }
    }),
  },
  Q4_1: {
    block: 32,
    bytes: 20,
    ggml: 3,
    decode: blocks(20, 32, (from, at, to, out) => {
      const [scale, least] = [half(from, at), half(from, at + 2)]
      for (let i = 0; i < 16; i++) {
        const pair = from.getUint8(at + 4 + i)
        to[out + i] = Math.fround(scale * (pair & 15)) + least
        to[out + 16 + i] = Math.fround(scale * (pair >> 4)) + least
      }
    }),
  },
  Q5_0: {
    block: 32,
    bytes: 22,
    ggml: 6,
    decode: blocks(22, 32, (from, at, to, out) => {
      const scale = half(from, at)
      const high = from.getUint32(at + 2, true)
      for (let i = 0; i < 16; i++) {
        const pair = from.getUint8(at + 6 + i)
        to[out + i] = scale * (((pair & 15) | (((high >>> i) & 1) << 4)) - 16)
        to[out + 16 + i] = scale * (((pair >> 4) | (((high >>> (i + 16)) & 1) << 4)) - 16)
      }
    }),
  },
  Q5_1: {
    block: 32,
    bytes: 24,
    ggml: 7,
    decode: blocks(24, 32, (from, at, to, out) => {
      const [scale, least] = [half(from, at), half(from, at + 2)]
      const high = from.getUint32(at + 4, true)
      for (let i = 0; i < 16; i++) {
        const pair = from.getUint8(at + 8 + i)
        to[out + i] = Math.fround(scale * ((pair & 15) | (((high >>> i) & 1) << 4))) + least
        to[out + 16 + i] = Math.fround(scale * ((pair >> 4) | (((high >>> (i + 16)) & 1) << 4))) + least
      }
    }),
  },
  Q4_K: {
    block: 256,
    bytes: 144,
    ggml: 12,
    decode: blocks(144, 256, (from, at, to, out) => {
      const [scale, least] = [half(from, at), half(from, at + 2)]
      for (let group = 0; group < 8; group++) {
        const { d, m } = groupScale(from, at + 4, group, scale, least)
        const shift = (group & 1) * 4
        for (let i = 0; i < 32; i++) {
          const quant = (from.getUint8(at + 16 + (group >> 1) * 32 + i) >> shift) & 15
          to[out + group * 32 + i] = Math.fround(d * quant) - m
        }
      }
    }),
  },
  Q5_K: {
    block: 256,
    bytes: 176,
    ggml: 13,
    decode: blocks(176, 256, (from, at, to, out) => {
      const [scale, least] = [half(from, at), half(from, at + 2)]
      for (let group = 0; group < 8; group++) {
        const { d, m } = groupScale(from, at + 4, group, scale, least)
        const shift = (group & 1) * 4
        for (let i = 0; i < 32; i++) {
          const low = (from.getUint8(at + 48 + (group >> 1) * 32 + i) >> shift) & 15
          const high = (from.getUint8(at + 16 + i) >> group) & 1
          to[out + group * 32 + i] = Math.fround(d * (low | (high << 4))) - m
        }
      }
    }),
  },
  Q6_K: {
    block: 256,
    bytes: 210,
    ggml: 14,
    decode: blocks(210, 256, (from, at, to, out) => {
      const scale = half(from, at + 208)
      for (let i = 0; i < 256; i++) {
        const [side, quarter, lane] = [i >> 7, (i >> 5) & 3, i & 31]
        const low = from.getUint8(at + side * 64 + (quarter & 1) * 32 + lane) >> (quarter > 1 ? 4 : 0)
        const high = (from.getUint8(at + 128 + side * 32 + lane) >> (quarter * 2)) & 3
        const groupScale = Math.fround(scale * from.getInt8(at + 192 + (i >> 4)))
        to[out + i] = groupScale * (((low & 15) | (high << 4)) - 32)
      }
    }),
  },
}

/** Scale and offset of one of a K block's eight groups: six bits each, packed into twelve bytes. */
function groupScale(from: DataView, at: number, group: number, scale: number, least: number): { d: number; m: number } {
  const byte = (i: number): number => from.getUint8(at + i)
  const [d, m] =
    group < 4
      ? [byte(group) & 63, byte(group + 4) & 63]
      : [(byte(group + 4) & 15) | ((byte(group - 4) >> 6) << 4), (byte(group + 4) >> 4) | ((byte(group) >> 6) << 4)]
  return { d: Math.fround(scale * d), m: Math.fround(least * m) }
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

/** Bytes of so many elements; undefined where they are no whole blocks. */
export function storedBytes(type: StoredType, elements: number): number | undefined {
  const { block, bytes } = encodings[type]
  return elements % block === 0 ? (elements / block) * bytes : undefined
}

export function decode(type: StoredType, bytes: Uint8Array, to: Float32Array): void {
  encodings[type].decode(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), to)
}

export const ggmlType = (number: number): StoredType | undefined =>
  (Object.keys(encodings) as StoredType[]).find((type) => encodings[type].ggml === number)
