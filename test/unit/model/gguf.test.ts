// GGUF headers: what the reference library wrote is read right; whatever else, a typed error and no more bytes than there are.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseGguf, readGguf } from '../../../main/engine/model/gguf.ts'

const path = fileURLToPath(new URL('../../fixtures/model/every-kind.gguf', import.meta.url))
const file = Uint8Array.from(readFileSync(path))

describe('a GGUF file', () => {
  it('gives metadata of every kind, and its tensors', async () => {
    const { metadata, tensors } = await readGguf(path)
    expect(Object.fromEntries(metadata)).toMatchObject({
      'general.architecture': 'llama',
      u8: 200,
      i8: -100,
      u16: 60000,
      i16: -30000,
      u32: 4000000000,
      i32: -2000000000,
      f32: 0.5,
      u64: 2n ** 60n,
      i64: -(2n ** 60n),
      f64: 0.1,
      yes: true,
      text: 'grüße 😀',
      list: ['a', '', 'ß'],
      numbers: [1, 2, 3],
    })
    expect(tensors.map(({ name, shape, type }) => [name, shape, type])).toEqual([
      ['one', [2, 3], 0],
      ['half', [2], 1],
    ])
    const [one] = tensors
    const at = one?.offset ?? 0
    expect([...new Float32Array(file.slice(at, at + 24).buffer)]).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('requests more bytes where its header is longer than those at hand', () => {
    for (let length = 24; length < 400; length += 37)
      expect(parseGguf(file.subarray(0, length), file.length)).toBe('needs more')
  })

  it('is refused by its version', () => {
    const old = Uint8Array.from(file)
    old[4] = 1
    expect(() => parseGguf(old)).toThrow('version 1')
  })

  const isTyped = (bytes: Uint8Array): void => {
    try {
      parseGguf(bytes)
    } catch (error) {
      expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^model\//) as string })
    }
  }

  it('is read or refused by a typed error, whatever was changed in it', { timeout: 60_000 }, () => {
    const changes = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 12 })
    fc.assert(
      fc.property(changes, fc.nat(file.length), (edits, cut) => {
        const bytes = Uint8Array.from(file)
        for (const [at, byte] of edits) bytes[at] = byte
        isTyped(cut % 3 === 0 ? bytes.subarray(0, cut) : bytes)
      }),
      { numRuns: 4000 },
    )
  })

  it('is refused quickly where it promises more than it holds', () => {
    const huge = fc.constantFrom(2n ** 31n, 2n ** 40n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n)
    const before = process.memoryUsage().arrayBuffers
    fc.assert(
      fc.property(fc.nat(file.length - 8), huge, (at, count) => {
        const bytes = Uint8Array.from(file)
        new DataView(bytes.buffer).setBigUint64(at, count, true)
        isTyped(bytes)
      }),
      { numRuns: 1000 },
    )
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6)
  })

  /** A header of version 3 with one entry of metadata. */
  const withEntry = (tensors: bigint, key: string, ...value: Uint8Array[]): Uint8Array =>
    Buffer.concat([
      Buffer.from('GGUF'),
      u32(3),
      u64(tensors),
      u64(1n),
      u64(BigInt(key.length)),
      Buffer.from(key),
      ...value,
    ])
  const u32 = (value: number): Buffer => Buffer.from(Uint32Array.of(value).buffer)
  const u64 = (value: bigint): Buffer => Buffer.from(BigUint64Array.of(value).buffer)

  it.each([
    ['tensors', withEntry(2n ** 33n, 'key', u32(7), Buffer.alloc(1))],
    ['values', withEntry(0n, 'list', u32(9), u32(0), u64(2n ** 33n))],
    ['letters', withEntry(0n, 'text', u32(8), u64(2n ** 33n))],
    ['lists in lists', withEntry(0n, 'list', u32(9), u32(9), u64(1n), u32(9), u64(2n ** 33n))],
  ])('is refused before it takes memory where a file of a terabyte promises billions of %s', (_, bytes) => {
    const before = process.memoryUsage().rss
    const start = performance.now()
    expect(() => parseGguf(bytes, 2 ** 40)).toThrow('promises more than it holds')
    expect(performance.now() - start).toBeLessThan(2000)
    expect(process.memoryUsage().rss - before).toBeLessThan(50e6)
  })

  it('is refused where its lists are long beyond any vocabulary', () => {
    const list = Buffer.concat([u32(9), u32(0), u64(5_000_000n), Buffer.alloc(5_000_000)])
    expect(() => parseGguf(withEntry(0n, 'list', list))).toThrow('too many values')
    const deep = [u32(9), ...Array.from({ length: 6 }, () => [u32(9), u64(1n)]).flat(), u32(0), u64(0n)]
    expect(() => parseGguf(withEntry(0n, 'list', ...deep))).toThrow('nested too deeply')
  })

  it.each([
    ['zero', u32(4), u32(0)],
    ['a fraction', u32(6), Buffer.from(Float32Array.of(0.3).buffer)],
    ['endless', u32(6), Buffer.from(Float32Array.of(Infinity).buffer)],
    ['a word', u32(8), Buffer.concat([u64(2n), Buffer.from('32')])],
  ])('is refused where its alignment is %s', (_, type, value) => {
    expect(() => parseGguf(withEntry(0n, 'general.alignment', type, value))).toThrow('alignment')
  })

  it('is refused where two tensors have one name', () => {
    const entry = Buffer.concat([u64(1n), Buffer.from('w'), u32(1), u64(1n), u32(0), u64(0n)])
    const bytes = Buffer.concat([withEntry(2n, 'key', u32(7), Buffer.alloc(1)), entry, entry, Buffer.alloc(64)])
    expect(() => parseGguf(bytes)).toThrow('names a tensor twice')
  })

  it('of random bytes behind its first word is read or refused by a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(3), (noise, entries) => {
        const counts = Buffer.concat([u64(BigInt(entries)), u64(BigInt(entries))])
        isTyped(noise)
        isTyped(Buffer.concat([Buffer.from('GGUF'), u32(3), counts, noise]))
      }),
      { numRuns: 3000 },
    )
  })
})
