// Messages on every line between processes: they arrive as they were sent however the stream is cut, and what nobody sent is
// refused within bounded time, by a typed error and nothing else.
import { deepStrictEqual, ok } from 'node:assert'
import fc from 'fast-check'
import { answerClient } from '../../main/contract/answer.ts'
import { createClient } from '../../main/contract/client.ts'
import { StudioError } from '../../main/contract/errors/index.ts'
import type { Receiver } from '../../main/contract/protocol.ts'
import { frameReader, writeFrame } from '../../main/contract/wire/frames.ts'
import { decodeValue, encodeValue } from '../../main/contract/wire/values.ts'

export interface FramesCase {
  readonly messages: readonly unknown[]
  /** Where the stream is cut: bytes of each piece. */
  readonly cuts: readonly number[]
  /** What is done to the stream the second time: bytes put in place of others, each from a place on (as a share of all). */
  readonly changes: readonly (readonly [at: number, bytes: Uint8Array])[]
}

const bounds = { bytes: 1 << 20, items: 100_000 }

/** Milliseconds that no case may take: they take a few. */
const PATIENCE_MS = 2_000

const anyText = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  // Lone surrogates, byte-order marks, NUL.
  fc.string({ unit: fc.nat({ max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 300 }),
  fc.string({ maxLength: 300 }).map((text) => `\ufeff${text}`),
  fc.constantFrom('__proto__', 'constructor', '$', 'é'.repeat(200)),
)

const leaf = fc.oneof(
  anyText,
  fc.boolean(),
  fc.constantFrom(null, undefined, NaN, -0),
  fc.double(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.oneof(fc.uint8Array(), fc.uint8ClampedArray(), fc.int8Array(), fc.uint16Array(), fc.int16Array()),
  fc.oneof(fc.uint32Array(), fc.int32Array(), fc.float32Array(), fc.float64Array()),
  fc.oneof(fc.bigInt64Array(), fc.bigUint64Array()),
)

const { message } = fc.letrec((tie) => ({
  message: fc.oneof(
    { depthSize: 'small' },
    leaf,
    fc.array(tie('message'), { maxLength: 6 }),
    fc.dictionary(anyText, tie('message'), { maxKeys: 6, noNullPrototype: true }),
  ),
}))

const change = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.uint8Array({ minLength: 1, maxLength: 8 }))

const cases: fc.Arbitrary<FramesCase> = fc.record({
  messages: fc.array(message, { maxLength: 4 }),
  cuts: fc.array(fc.nat({ max: 40 })),
  changes: fc.array(change, { minLength: 1, maxLength: 4 }),
})

/** All messages as one stream. */
function streamOf(messages: readonly unknown[]): Uint8Array {
  const pieces: Uint8Array[] = []
  const stream = { cork: () => undefined, uncork: () => undefined, write: (bytes: Uint8Array) => pieces.push(bytes) }
  for (const each of messages) writeFrame(stream, encodeValue(each, bounds))
  return Buffer.concat(pieces)
}

/** Hands the bodies that the stream holds to `take`, whatever that throws. */
function readCut(stream: Uint8Array, cuts: readonly number[], take: (body: Uint8Array) => void): void {
  const read = frameReader(bounds.bytes, take)
  let at = 0
  for (const cut of [...cuts, stream.length]) {
    read(stream.subarray(at, at + cut))
    at = Math.min(stream.length, at + cut)
  }
}

/** Both ends of the protocol, which throw nothing whatever they are given. */
const ends = (): Receiver[] => {
  const line = { send: () => undefined, close: () => undefined }
  return [createClient(line), answerClient({ call: () => Promise.resolve(null as never) }, line)]
}

function check({ messages, cuts, changes }: FramesCase): void {
  const stream = streamOf(messages)
  const got: unknown[] = []
  readCut(stream, cuts, (body) => got.push(decodeValue(body, bounds)))
  deepStrictEqual(got, messages)

  const changed = Uint8Array.from(stream)
  for (const [share, bytes] of changes) {
    const at = Math.floor(share * Math.max(0, changed.length - bytes.length))
    changed.set(bytes.subarray(0, changed.length - at), at)
  }
  const began = performance.now()
  try {
    readCut(changed, cuts, (body) => {
      for (const end of ends()) end.take(body)
      decodeValue(body, bounds)
    })
  } catch (error) {
    ok(error instanceof StudioError && error.code === 'run/protocol', String(error))
  }
  ok(performance.now() - began < PATIENCE_MS, 'reading what nobody sent takes too long')
}

export const frames = { name: 'frames', cases, check }
