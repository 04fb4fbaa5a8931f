// Every stored type against what PyPI's gguf decodes from the same random blocks (fixtures/model/make.py).
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { StoredType } from '../../../main/contract/model.ts'
import { decode, storedBytes } from '../../../main/engine/model/dequantise.ts'

const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/model/blocks.json', import.meta.url), 'utf8'),
) as Record<StoredType, { stored: string; decoded: string }>

const bytesOf = (base64: string): Uint8Array => Uint8Array.from(Buffer.from(base64, 'base64'))

describe('a stored weight', () => {
  it.each(Object.keys(fixture) as StoredType[])('of type %s decodes to the very same bits', (type) => {
    const stored = bytesOf(fixture[type].stored)
    const expected = new Float32Array(bytesOf(fixture[type].decoded).buffer)
    expect(storedBytes(type, expected.length)).toBe(stored.length)
    const values = new Float32Array(expected.length)
    decode(type, stored, values)
    // NaN has many forms; which one a random float32 or bfloat16 holds is of no interest.
    const bits = (some: Float32Array) =>
      new Uint32Array(some.map((value) => (Number.isNaN(value) ? NaN : value)).buffer)
    expect(bits(values)).toEqual(bits(expected))
  })
})
