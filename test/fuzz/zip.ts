// Zip archives, whole and damaged: what is unpacked is what was packed, or the archive is refused in a sentence.
import { deepStrictEqual, ok } from 'node:assert'
import fc from 'fast-check'
import { zipSync } from 'fflate'
import { StudioError } from '../../main/contract/errors/index.ts'
import { openZip } from '../../main/engine/data/formats/xlsx/zip.ts'
import { fileOf, PATIENCE_MS } from '../support/check-table.ts'
import { type Changes, changes, isWhole, mutate } from '../support/mutate.ts'

export interface ZipCase {
  readonly files: readonly (readonly [name: string, bytes: Uint8Array])[]
  readonly level: 0 | 6
  readonly changes: Changes
}

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.tuple(fc.nat(255), fc.nat(200_000)).map(([byte, length]) => new Uint8Array(length).fill(byte)),
)
const name = fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,8}){0,2}\.xml$/)

const cases: fc.Arbitrary<ZipCase> = fc.record({
  files: fc.uniqueArray(fc.tuple(name, bytes), { selector: ([key]) => key, minLength: 1, maxLength: 5 }),
  level: fc.constantFrom(0, 6),
  changes,
})

const maxBytes = 150_000

async function check({ files, level, changes: made }: ZipCase): Promise<void> {
  const began = performance.now()
  const path = fileOf('fuzz.zip', mutate(zipSync(Object.fromEntries(files), { level }), made, 4))
  const source = { name: 'fuzz.zip', path, choices: {} }
  for (const [key, packed] of files)
    try {
      const archive = await openZip(source)
      if (!archive.has(key)) {
        ok(!isWhole(made), `${key} is missing`)
        continue
      }
      const pieces: Uint8Array[] = []
      for await (const piece of archive.unpack(key, maxBytes)) pieces.push(piece.bytes)
      const unpacked = Buffer.concat(pieces)
      ok(unpacked.length <= maxBytes)
      if (isWhole(made)) deepStrictEqual(new Uint8Array(unpacked), packed)
    } catch (error) {
      ok(error instanceof StudioError && error.code.startsWith('data/'), error instanceof Error ? error.stack : '')
      ok(!isWhole(made) || packed.length > maxBytes, `${key} is refused: ${error.message}`)
    }
  ok(performance.now() - began < PATIENCE_MS, 'it took too long')
}

export const zip = { name: 'ZIP', cases, check }
