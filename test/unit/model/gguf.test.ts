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

  it('asks for more bytes where its header goes on behind those at hand', () => {
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
})
