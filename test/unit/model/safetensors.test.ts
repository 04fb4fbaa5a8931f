// safetensors: one file or shards; offsets, sizes and names are checked before anything is read by them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safetensorsFile } from '../../../main/engine/export/safetensors.ts'
import { parseSafetensors, readSafetensors, readSafetensorsFolder } from '../../../main/engine/model/safetensors.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const header = (entries: object): Uint8Array => Buffer.from(JSON.stringify(entries))
const tensor = (from: number, to: number, shape: number[], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
})
const parse = (entries: object, size = 10_000) => parseSafetensors(header(entries), 'model.safetensors', size)

/** What is read lies within the file; what is not is refused in a sentence. */
async function isTyped(path: string, length: number): Promise<void> {
  try {
    for (const { offset, bytes } of Object.values(await readSafetensors(path)))
      expect(offset + bytes).toBeLessThanOrEqual(length)
  } catch (error) {
    expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^model\//) as string })
  }
}

describe('a safetensors header', () => {
  it.each([
    ['overlapping tensors', { a: tensor(0, 16, [4]), b: tensor(8, 24, [4]) }, 'overlap'],
    ['a tensor behind the end', { a: tensor(0, 40_000, [10_000]) }, 'ends before its last tensor'],
    ['a size that does not fit', { a: tensor(0, 16, [5]) }, 'does not fit its shape'],
    ['negative offsets', { a: tensor(-16, 0, [4]) }, 'incomplete'],
    ['something else than tensors', { a: 3 }, 'no object'],
  ])('is refused with %s', (_, entries, sentence) => {
    expect(() => parse(entries)).toThrow(sentence)
  })

  it('is read or refused by a typed error, whatever was changed in it', { timeout: 60_000 }, async () => {
    const file = safetensorsFile({
      a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      b: { shape: [1], data: Float32Array.of(5) },
    })
    const path = join(temporaryFolder(), 'model.safetensors')
    const edits = fc.array(fc.tuple(fc.nat(file.length - 1), fc.nat(255)), { minLength: 1, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(edits, fc.nat(file.length), async (changes, cut) => {
        const bytes = Uint8Array.from(file)
        for (const [at, byte] of changes) bytes[at] = byte
        writeFileSync(path, cut % 3 === 0 ? bytes.subarray(0, cut) : bytes)
        await isTyped(path, bytes.length)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('a safetensors file', () => {
  it.each([
    ['longer than the file', 1000n],
    ['of a terabyte', 2n ** 40n],
    ['beyond any number', 2n ** 64n - 1n],
  ])('is refused before it takes memory where its header claims to be %s', async (_, length) => {
    const path = join(temporaryFolder(), 'model.safetensors')
    writeFileSync(path, Buffer.concat([Buffer.from(BigUint64Array.of(length).buffer), Buffer.from('{}')]))
    const before = process.memoryUsage().arrayBuffers
    await expect(readSafetensors(path)).rejects.toThrow('its header is longer than the file')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6)
  })

  it('names types that are not read, even what is no word', () => {
    const odd = { dtype: { toString: 1 }, shape: [1], data_offsets: [0, 4] }
    expect(parse({ a: odd, b: tensor(4, 8, [4], 'I8') })).toMatchObject({
      a: { type: '{"toString":1}' },
      b: { type: 'I8' },
    })
  })

  it('of random bytes, or of random words in its header, is refused by a typed error or read', async () => {
    const path = join(temporaryFolder(), 'model.safetensors')
    const entry = fc.record({
      dtype: fc.oneof(fc.constantFrom('F32', 'BF16', 'toString'), fc.jsonValue()),
      shape: fc.oneof(fc.array(fc.nat(9)), fc.jsonValue()),
      data_offsets: fc.oneof(fc.tuple(fc.nat(99), fc.nat(99)), fc.jsonValue()),
    })
    const headers = fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), fc.oneof(entry, fc.jsonValue()))
    const framed = headers.map((entries) => {
      const json = Buffer.from(JSON.stringify(entries))
      return Buffer.concat([Buffer.from(BigUint64Array.of(BigInt(json.length)).buffer), json, Buffer.alloc(100)])
    })
    await fc.assert(
      fc.asyncProperty(fc.oneof(framed, fc.uint8Array({ maxLength: 64 })), async (bytes) => {
        writeFileSync(path, bytes)
        await isTyped(path, bytes.length)
      }),
      { numRuns: 1500 },
    )
  })
})

describe('a sharded folder', () => {
  /** Two shards and the index that names them. */
  function shards(index: Record<string, unknown>): string {
    const folder = temporaryFolder()
    const one = (value: number) =>
      safetensorsFile({ [`w${String(value)}`]: { shape: [1], data: Float32Array.of(value) } })
    writeFileSync(join(folder, 'one.safetensors'), one(1))
    writeFileSync(join(folder, 'two.safetensors'), one(2))
    writeFileSync(join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: index }))
    return folder
  }

  it('is read as one', async () => {
    const folder = shards({ w1: 'one.safetensors', w2: 'two.safetensors' })
    const found = await readSafetensorsFolder(folder)
    const value = (name: string): number | undefined => {
      const ref = found[name]
      return ref && readFileSync(join(folder, ref.file)).readFloatLE(ref.offset)
    }
    expect([value('w1'), value('w2')]).toEqual([1, 2])
  })

  it.each(['../elsewhere.safetensors', '/etc/hosts', '..\\elsewhere', 'C:x', '..', '.', '', 'a\0b', 3, null])(
    'is refused where its index leads to %j',
    async (file) => {
      await expect(readSafetensorsFolder(shards({ w: file }))).rejects.toThrow('a file elsewhere')
    },
  )

  it('is refused where a shard is missing, is a folder, or lacks what the index says of it', async () => {
    await expect(readSafetensorsFolder(shards({ w: 'three.safetensors' }))).rejects.toThrow('has no three.safetensors')
    const folder = shards({ w: 'four.safetensors' })
    mkdirSync(join(folder, 'four.safetensors'))
    await expect(readSafetensorsFolder(folder)).rejects.toThrow('has no four.safetensors')
    await expect(readSafetensorsFolder(shards({ w1: 'two.safetensors' }))).rejects.toThrow('has no weights w1')
    await expect(readSafetensorsFolder(temporaryFolder())).rejects.toThrow('has no model.safetensors')
  })

  it('is refused where its index cannot be read', async () => {
    const folder = temporaryFolder()
    for (const text of ['{', '[]', '{"weight_map":[]}', '']) {
      writeFileSync(join(folder, 'model.safetensors.index.json'), text)
      await expect(readSafetensorsFolder(folder)).rejects.toMatchObject({ code: 'model/damaged' })
    }
  })
})
