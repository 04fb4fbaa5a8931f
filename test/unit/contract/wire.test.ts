// What goes over a websocket arrives as it was sent, and what nobody sent is refused.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMessage, encodeMessage, MAX_MESSAGE } from '../../../main/contract/wire.ts'

const there = (value: unknown): unknown => decodeMessage(encodeMessage(value))

const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.double().map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.uint8Array(),
  fc.float32Array(),
  fc.int32Array(),
)
const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('message'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$', 'v')), tie('message'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}))

test('any message arrives as it was sent: bytes, NaN, infinities, and objects that use our own key', () => {
  fc.assert(
    fc.property(message, (sent) => {
      expect(there(sent)).toEqual(sent)
    }),
    { numRuns: 2000 },
  )
})

test('an object that looks like one of our wrappers arrives as the object that it is', () => {
  for (const sent of [{ $: 'u8', v: 'AAAA' }, { $: 'object', v: { $: 'number', v: 'NaN' } }, { $: { $: 1 } }])
    expect(there(sent)).toEqual(sent)
})

test("Node's buffers arrive as bytes", () => {
  expect(there({ bytes: Buffer.from([1, 2, 255]) })).toEqual({ bytes: new Uint8Array([1, 2, 255]) })
})

test('text that nobody sent is refused by a typed error, never by a crash', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.json(), fc.constantFrom('{"$":"u8","v":"%"}', '{"$":"f32","v":"AA=="}')),
      (text) => {
        try {
          decodeMessage(text)
        } catch (error) {
          expect((error as { code: string }).code).toBe('run/protocol')
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('a message above the bound is neither sent nor read', () => {
  const long = 'x'.repeat(MAX_MESSAGE)
  expect(() => encodeMessage(long)).toThrow(expect.objectContaining({ code: 'run/protocol' }))
  expect(() => decodeMessage(`"${long}"`)).toThrow(expect.objectContaining({ code: 'run/protocol' }))
})
