// Kept keys and values: what is added stands behind what was there, head by head, in arrays of one size.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NamedTensors, Tensor } from '../../../main/contract/tensor.ts'
import { createKvCache } from '../../../main/engine/evaluate/kv-cache.ts'
import { tinyModel } from '../../support/tiny.ts'

const { config } = await tinyModel('llama')
const { layers, kvHeads, headDim } = config
const names = Array.from({ length: layers }, (_, l) => [`keys.${String(l)}`, `values.${String(l)}`]).flat()

/** A value that encodes its position. */
const valueAt = (name: string, head: number, token: number, d: number): number =>
  1 + d + 10 * (token + 100 * (head + 10 * names.indexOf(name)))

/** Tokens from one on, behind so many rows of something else. */
const present = (first: number, tokens: number, others = 0): NamedTensors =>
  Object.fromEntries(
    names.map((name): [string, Tensor] => {
      const size = kvHeads * tokens * headDim
      const data = Array.from({ length: (others + 1) * size }, (_, place) => {
        const i = place - others * size
        const [head, t, d] = [Math.floor(i / headDim / tokens), Math.floor(i / headDim) % tokens, i % headDim]
        return i < 0 ? -1 : valueAt(name, head, first + t, d)
      })
      return [name, { shape: [others + 1, kvHeads, tokens, headDim], data: Float32Array.from(data) }]
    }),
  )

describe('the cache of keys and values', () => {
  it('holds what came piece by piece as if it had come at once, whichever row it came from', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 }),
        fc.nat({ max: 2 }),
        fc.nat({ max: 2 }),
        fc.integer({ min: 1, max: 20 }),
        (pieces, from, row, start) => {
          const cache = createKvCache(config, 3, 20, { start })
          const length = pieces.reduce((at, tokens) => cache.put(present(at, tokens, from), { from, row, at }), 0)
          expect(length).toBe(pieces.reduce((sum, tokens) => sum + tokens, 0))
          const feeds = cache.feeds()
          expect(Object.keys(feeds)).toEqual(names.map((name) => `past.${name}`))
          for (const name of names) {
            const { shape, data } = feeds[`past.${name}`] as Tensor
            const { capacity } = cache
            expect(capacity).toBeLessThanOrEqual(Math.max(start, 2 * length))
            expect(shape).toEqual([3, kvHeads, capacity, headDim])
            const expected = Array.from({ length: 3 * kvHeads * capacity * headDim }, (_, i) => {
              const [place, token] = [Math.floor(i / headDim / capacity), Math.floor(i / headDim) % capacity]
              const [r, head] = [Math.floor(place / kvHeads), place % kvHeads]
              return r === row && token < length ? valueAt(name, head, token, i % headDim) : 0
            })
            expect([...data]).toEqual(expected)
          }
        },
      ),
      { numRuns: 30 },
    )
  })

  it('refuses keys and values of too few layers', () => {
    const { [names.at(-1) ?? '']: _, ...rest } = present(0, 1)
    expect(() => createKvCache(config, 1, 4).put(rest, { at: 0 })).toThrow('too few')
  })

  it('refuses more tokens than it has capacity for, which would overwrite the next row', () => {
    const cache = createKvCache(config, 2, 4)
    const at = cache.put(present(0, 3), { at: 0 })
    expect(() => cache.put(present(3, 2), { at })).toThrow('2 tokens at 3')
  })
})
