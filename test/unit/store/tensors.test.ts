// Named tensors survive the database bit for bit, and damaged blobs are refused.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { StudioError } from '../../../main/contract/errors/index.ts'
import { elements, type NamedTensors } from '../../../main/contract/tensor.ts'
import {
  decodeTensors,
  encodeTensors,
  openTensors,
  packNumbers,
  sealTensors,
  unpackNumbers,
} from '../../../main/engine/store/tensors.ts'

const tensor = fc
  .array(fc.nat({ max: 4 }), { maxLength: 3 })
  .chain((shape) =>
    fc
      .uint8Array({ minLength: 4 * elements(shape), maxLength: 4 * elements(shape) })
      .map((bytes) => ({ shape, data: new Float32Array(Uint8Array.from(bytes).buffer) })),
  )
const named = fc.dictionary(fc.string({ maxLength: 12, unit: 'binary' }), tensor, { maxKeys: 5 })

const bits = (tensors: NamedTensors) =>
  Object.entries(tensors)
    .map(([name, { shape, data }]) => [name, shape, [...new Uint32Array(data.buffer, data.byteOffset, data.length)]])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))

const refused = (read: () => unknown) => {
  try {
    read()
    return false
  } catch (error) {
    expect(error).toBeInstanceOf(StudioError)
    return true
  }
}

describe('tensor blobs', () => {
  it('give back names, shapes and every bit of the values', () => {
    fc.assert(
      fc.property(named, (tensors) => {
        expect(bits(decodeTensors(encodeTensors(tensors)))).toEqual(bits(tensors))
      }),
    )
  })

  it('refuse random bytes with a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(refused(() => decodeTensors(bytes))).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('survive any changed byte: a typed error or tensors no larger than the blob', () => {
    const run = fc.property(named, fc.nat(), fc.nat({ max: 255 }), (tensors, at, value) => {
      const blob = Uint8Array.from(encodeTensors(tensors))
      blob[at % blob.length] = value
      const sealed = sealTensors(tensors)
      if (Buffer.compare(blob, sealed.vectors) !== 0)
        expect(refused(() => openTensors({ ...sealed, vectors: blob }, 'It'))).toBe(true)
      refused(() => {
        const total = Object.values(decodeTensors(blob)).reduce((n, { data }) => n + data.byteLength, 0)
        expect(total).toBeLessThanOrEqual(blob.length)
      })
    })
    fc.assert(run, { numRuns: 2000 })
  })

  it('refuse every cut', () => {
    const blob = encodeTensors({
      a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      b: { shape: [], data: Float32Array.of(5) },
    })
    for (let length = 0; length < blob.length; length++)
      expect(refused(() => decodeTensors(blob.subarray(0, length)))).toBe(true)
    expect(refused(() => decodeTensors(Buffer.concat([blob, Uint8Array.of(0)])))).toBe(true)
  })

  it('do not allocate what a header merely claims', () => {
    const claim = Buffer.from('SPT1\x01\0\0\0\x01\0a\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff', 'latin1')
    expect(refused(() => decodeTensors(claim))).toBe(true)
  })

  it('refuse data that does not fill its shape', () => {
    expect(refused(() => encodeTensors({ a: { shape: [3], data: new Float32Array(2) } }))).toBe(true)
  })

  it('keep lists of numbers, NaN and infinities included', () => {
    fc.assert(
      fc.property(fc.array(fc.double()), (list) => {
        expect(unpackNumbers(packNumbers(list))).toEqual(list)
      }),
    )
    expect(refused(() => unpackNumbers(new Uint8Array(7)))).toBe(true)
  })
})
