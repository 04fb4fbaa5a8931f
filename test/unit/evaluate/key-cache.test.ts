// Kept keys and values: what is added stands behind what was there, head by head, in arrays of one size.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NamedTensors, Tensor } from '../../../main/contract/tensor.ts'
import { createKeyCache } from '../../../main/engine/evaluate/key-cache.ts'
import { tinyModel } from '../../support/tiny.ts'

const { config } = await tinyModel('llama')
const { layers, kvHeads, headDim } = config
const names = Array.from({ length: layers }, (_, l) => [`keys.${String(l)}`, `values.${String(l)}`]).flat()

/** A value that tells where it belongs. */
const valueAt = (name: string, head: number, token: number, d: number): number =>
  1 + d + 10 * (token + 100 * (head + 10 * names.indexOf(name)))

const present = (from: number, tokens: number): NamedTensors =>
  Object.fromEntries(
    names.map((name): [string, Tensor] => {
      const data = Array.from({ length: kvHeads * tokens * headDim }, (_, i) => {
        const [head, t, d] = [Math.floor(i / headDim / tokens), Math.floor(i / headDim) % tokens, i % headDim]
        return valueAt(name, head, from + t, d)
      })
      return [name, { shape: [1, kvHeads, tokens, headDim], data: Float32Array.from(data) }]
    }),
  )

describe('the cache of keys and values', () => {
  it('holds what came piece by piece as if it had come at once', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }), (pieces) => {
        const cache = createKeyCache(config, 20)
        for (const tokens of pieces) cache.append(present(cache.length, tokens))
        const length = pieces.reduce((sum, tokens) => sum + tokens, 0)
        expect([cache.length, cache.capacity]).toEqual([length, 20])
        const feeds = cache.feeds()
        expect(Object.keys(feeds)).toEqual(names.map((name) => `past.${name}`))
        for (const name of names) {
          const { shape, data } = feeds[`past.${name}`] as Tensor
          expect(shape).toEqual([1, kvHeads, 20, headDim])
          const expected = Array.from({ length: kvHeads * 20 * headDim }, (_, i) => {
            const token = Math.floor(i / headDim) % 20
            return token < length ? valueAt(name, Math.floor(i / headDim / 20), token, i % headDim) : 0
          })
          expect([...data]).toEqual(expected)
        }
      }),
      { numRuns: 30 },
    )
  })

  it('refuses keys and values of too few layers', () => {
    const { [names.at(-1) ?? '']: _, ...rest } = present(0, 1)
    expect(() => {
      createKeyCache(config, 4).append(rest)
    }).toThrow('too few')
  })

  it('refuses more tokens than it was laid out for', () => {
    const cache = createKeyCache(config, 4)
    cache.append(present(0, 3))
    expect(() => {
      cache.append(present(3, 2))
    }).toThrow(RangeError)
  })
})
