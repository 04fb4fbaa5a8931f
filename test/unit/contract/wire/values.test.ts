// What goes over any line between processes arrives as it was sent, and what nobody sent is refused before it takes memory.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeValue, encodeValue, unbounded } from '../../../../main/contract/wire/values.ts'
import { frames } from '../../../fuzz/frames.ts'

const bounds = { bytes: 1 << 20, items: 100_000 }
const there = (value: unknown): unknown => decodeValue(encodeValue(value, bounds), bounds)

test('any messages arrive as they were sent however their stream is cut, and changed bytes are refused', () => {
  fc.assert(fc.property(frames.cases, frames.check), { numRuns: 1000 })
})

describe('what a message may hold', () => {
  test.each([
    new Float32Array([1.5, -0, NaN]),
    new Float64Array([Math.PI]),
    new Int8Array([-1]),
    new Uint8ClampedArray([255]),
    new Int16Array([-300]),
    new Uint16Array([65_535]),
    new Int32Array([-70_000]),
    new Uint32Array([4_294_967_295]),
    new BigInt64Array([-(2n ** 63n)]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Uint8Array([1, 2, 255]),
  ])('%s keeps its type, aligned, wherever it lies in the message', (sent) => {
    for (let before = 0; before < 9; before++) {
      const got = there(['x'.repeat(before), sent]) as [string, typeof sent]
      expect(got[1]).toStrictEqual(sent)
      expect(got[1].byteOffset % got[1].BYTES_PER_ELEMENT).toBe(0)
    }
  })

  test('a large array is read in place, without a copy', () => {
    const bytes = encodeValue({ shape: [1000], data: new Float32Array(1000).fill(0.5) }, bounds)
    const { data } = decodeValue(bytes, bounds) as { data: Float32Array }
    expect(data.buffer).toBe(bytes.buffer)
    expect(data[999]).toBe(0.5)
  })

  test('an array whose bytes do not begin aligned is copied to where it does', () => {
    const bytes = encodeValue([new Float64Array([1, 2, 3])], bounds)
    const moved = new Uint8Array(bytes.length + 1)
    moved.set(bytes, 1)
    expect(decodeValue(moved.subarray(1), bounds)).toStrictEqual([new Float64Array([1, 2, 3])])
  })

  test("Node's buffers arrive as bytes", () => {
    expect(there({ bytes: Buffer.from([1, 2, 255]) })).toStrictEqual({ bytes: new Uint8Array([1, 2, 255]) })
  })

  test('fields keep their order, and undefined, -0, and big integers are what they were', () => {
    const sent = { z: undefined, a: -0, m: [undefined, 12n, -(2n ** 200n)] }
    expect(there(sent)).toStrictEqual(sent)
    expect(Object.keys(there(sent) as object)).toEqual(['z', 'a', 'm'])
  })

  test('text keeps a byte-order mark before it, lone surrogates, and what is no character', () => {
    for (const text of [`\ufeff${'x'.repeat(500)}`, '\ud800', `a\udfff${'b'.repeat(100)}`, '\0', '\uffff'])
      expect(there([text, { [text]: 1 }])).toStrictEqual([text, { [text]: 1 }])
  })

  test('a field named __proto__ is a field like another', () => {
    const sent = JSON.parse('{"a":{"__proto__":{"admin":true},"b":[{"__proto__":1}]}}') as unknown
    const got = there(sent) as { a: object }
    expect(got).toStrictEqual(sent)
    expect(Object.getPrototypeOf(got.a)).toBe(Object.prototype)
    expect((got.a as { admin?: boolean }).admin).toBeUndefined()
  })

  test.each([
    [new Map([[1, 2]])],
    [new Date(0)],
    [() => 1],
    [Symbol('x')],
    [new Error('x')],
    [new DataView(new ArrayBuffer(1))],
  ])('%s is no data, and refused before it is sent', (sent) => {
    expect(() => encodeValue({ sent }, bounds)).toThrow(TypeError)
  })
})

const protocol = expect.objectContaining({ code: 'run/protocol' }) as unknown
const tooLarge = expect.objectContaining({ code: 'run/too-large' }) as unknown
const nested = (depth: number): unknown => (depth === 0 ? [] : [nested(depth - 1)])

describe('bounds', () => {
  test('a message above them is neither sent nor read', () => {
    const long = 'x'.repeat(bounds.bytes)
    expect(() => encodeValue(long, bounds)).toThrow(tooLarge)
    const many = new Array<number>(bounds.items).fill(0)
    expect(() => encodeValue(many, bounds)).toThrow(tooLarge)
    expect(() => decodeValue(encodeValue(many, unbounded), bounds)).toThrow(protocol)
    expect(() => encodeValue(new Float32Array(bounds.bytes), bounds)).toThrow(tooLarge)
  })

  test('nesting has an end, the same for who sends and who reads', () => {
    expect(there(nested(99))).toEqual(nested(99))
    expect(() => encodeValue(nested(100), bounds)).toThrow(RangeError)
    expect(() => decodeValue(new Uint8Array(101).fill(0x91).with(100, 0x90), bounds)).toThrow(protocol)
    expect(() => decodeValue(new Uint8Array(1 << 20).fill(0x91), bounds)).toThrow(protocol)
  })

  test.each([
    ['a list of 32 million', [0xdd, 0x01, 0xff, 0xff, 0xff]],
    ['lists of 65,535 within each other', Array.from({ length: 90 }, () => [0xdc, 0xff, 0xff]).flat()],
    ['an object of 4 thousand million', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['text of 4 GB', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['bytes of 4 GB', [0xc6, 0xff, 0xff, 0xff, 0xff]],
    ['an array of 4 GB', [0xc9, 0xff, 0xff, 0xff, 0xff, 0x16]],
    ['objects in objects by our own extension', Array.from({ length: 5_000 }, () => [0xc9, 0, 0, 0x10, 0, 5]).flat()],
  ])('announced %s, of which nothing follows, takes no memory', (_, bytes) => {
    const before = process.memoryUsage()
    expect(() => decodeValue(Uint8Array.from(bytes), bounds)).toThrow(protocol)
    const after = process.memoryUsage()
    expect(after.heapTotal + after.arrayBuffers - before.heapTotal - before.arrayBuffers).toBeLessThan(32 << 20)
  })

  test.each([
    ['an unknown extension', [0xd4, 99, 0]],
    ['a time', [0xd6, 0xff, 0, 0, 0, 0]],
    ['a big integer without digits', [0xd4, 3, 0x2b]],
    ['a big integer of letters', [0xd5, 3, 0x2b, 0x7a]],
    ['half a character', [0xd4, 4, 0x41]],
    ['pairs that are none', [0xd4, 5, 0x01]],
    ['an array with padding beyond its end', [0xd5, 22, 9, 0]],
    ['an array that ends within a number', [0xd8, 22, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a key that is a list', [0x81, 0x90, 0x01]],
    ['a key named __proto__', [0x81, 0xa9, ...Buffer.from('__proto__'), 0x80]],
    ['a second value', [0x01, 0x02]],
    ['nothing', []],
  ])('%s is refused', (_, bytes) => {
    expect(() => decodeValue(Uint8Array.from(bytes), bounds)).toThrow(protocol)
  })
})
