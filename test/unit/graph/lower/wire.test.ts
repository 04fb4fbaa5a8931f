// The wire format, read back by a reader of the tests' own.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WireWriter } from '../../../../main/engine/graph/lower/wire.ts'

type Field = readonly [field: number, value: bigint | Uint8Array]

/** The fields of a message in their order; every length is checked. */
function read(bytes: Uint8Array): Field[] {
  let at = 0
  const varint = (): bigint => {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]
      if (byte === undefined || shift > 63n) throw new Error('a varint does not end')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
  }
  const take = (count: number): Uint8Array => {
    if (at + count > bytes.length) throw new Error('a field is longer than its message')
    return bytes.subarray(at, (at += count))
  }
  const fields: Field[] = []
  while (at < bytes.length) {
    const key = Number(varint())
    const kind = key & 7
    fields.push([key >> 3, kind === 0 ? varint() : take(kind === 5 ? 4 : Number(varint()))])
  }
  return fields
}

const only = (writer: WireWriter): bigint | Uint8Array | undefined => read(writer.finish())[0]?.[1]

test('every 64-bit integer comes back, at every varint boundary', () => {
  const boundaries = Array.from({ length: 9 }, (_, i) => 1n << BigInt(7 * (i + 1)))
  for (const value of [0n, ...boundaries.flatMap((edge) => [edge - 1n, edge, edge + 1n])])
    expect(only(new WireWriter().integer(1, value))).toBe(value)
  fc.assert(
    fc.property(
      fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n }),
      fc.integer({ min: 1, max: 1000 }),
      (value, field) => {
        const [found] = read(new WireWriter().integer(field, value).finish())
        expect([found?.[0], BigInt.asIntN(64, found?.[1] as bigint)]).toEqual([field, value])
      },
    ),
    { seed: 4 },
  )
})

test('a negative integer takes the ten bytes that ONNX expects', () => {
  const bytes = new WireWriter().integer(3, -1).finish()
  expect([...bytes]).toEqual([0x18, ...new Array<number>(9).fill(0xff), 0x01])
})

test('numbers above 2^32 stay exact', () => {
  expect(only(new WireWriter().integer(1, 2 ** 53 - 1))).toBe(2n ** 53n - 1n)
})

test('floats are four little-endian bytes', () => {
  expect([...(only(new WireWriter().float(2, -1.5)) as Uint8Array)]).toEqual([0, 0, 0xc0, 0xbf])
})

test('strings, bytes and nested messages come back whole, also past every growth of the buffer', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 700 })), { maxLength: 12 }),
      (parts) => {
        const writer = new WireWriter()
        for (const [text, bytes] of parts) writer.message(5, (nested) => nested.string(1, text).bytes(2, bytes))
        const found = read(writer.finish()).map(([field, message]) => [field, read(message as Uint8Array)])
        const utf8 = new TextEncoder()
        expect(found).toEqual(
          parts.map(([text, bytes]) => [
            5,
            [
              [1, utf8.encode(text)],
              [2, bytes],
            ],
          ]),
        )
      },
    ),
    { seed: 5 },
  )
})

test('an empty message has no bytes', () => {
  expect(new WireWriter().finish()).toHaveLength(0)
})
