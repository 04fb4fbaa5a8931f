// safetensors: one file or shards; offsets, sizes and names are checked before anything is read by them.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { safetensorsFile } from '../../../main/engine/export/safetensors.ts'
import { parseSafetensors, readSafetensors, readSafetensorsFolder } from '../../../main/engine/model/safetensors.ts'
import { temporaryFolder } from '../../support/temporary.ts'
import { tinyFolder } from '../../support/tiny.ts'

const header = (entries: object): Uint8Array => Buffer.from(JSON.stringify(entries))
const tensor = (from: number, to: number, shape: number[], dtype = 'F32') => ({
  dtype,
  shape,
  data_offsets: [from, to],
})
const parse = (entries: object, size = 10_000) => parseSafetensors(header(entries), 'model.safetensors', size)

describe('a safetensors header', () => {
  it.each([
    ['overlapping tensors', { a: tensor(0, 16, [4]), b: tensor(8, 24, [4]) }, 'overlap'],
    ['a tensor behind the end', { a: tensor(0, 40_000, [10_000]) }, 'ends before its last tensor'],
    ['a size that does not fit', { a: tensor(0, 16, [5]) }, 'does not fit its shape'],
    ['negative offsets', { a: tensor(-16, 0, [4]) }, 'incomplete'],
    ['an unknown type', { a: tensor(0, 4, [4], 'I8') }, 'stored as I8'],
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
        try {
          for (const { offset, bytes: size } of Object.values(await readSafetensors(path)))
            expect(offset + size).toBeLessThanOrEqual(bytes.length)
        } catch (error) {
          expect(error).toMatchObject({ name: 'StudioError', code: expect.stringMatching(/^model\//) as string })
        }
      }),
      { numRuns: 2000 },
    )
  })
})

describe('a sharded folder', () => {
  /** Two shards and the index that names them. */
  function shards(index: Record<string, string>): string {
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

  it('is refused where a shard is missing, or lies elsewhere', async () => {
    await expect(readSafetensorsFolder(shards({ w: 'three.safetensors' }))).rejects.toThrow('lacks three.safetensors')
    const folder = shards({ w: '../elsewhere.safetensors' })
    mkdirSync(join(folder, '..', 'x'), { recursive: true })
    cpSync(join(tinyFolder('llama'), 'model.safetensors'), join(folder, 'elsewhere.safetensors'))
    await expect(readSafetensorsFolder(folder)).rejects.toThrow('a file elsewhere')
  })
})
