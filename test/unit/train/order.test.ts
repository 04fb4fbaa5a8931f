// Which rows a step reads: each once an epoch, the same for the same seed, from any step on.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { layOut } from '../../../main/engine/method/layout.ts'
import { bucketsOf, stepOrder } from '../../../main/engine/train/order.ts'

const cases = fc.record({
  lengths: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 70 }),
  batch: fc.integer({ min: 1, max: 9 }),
  seed: fc.nat({ max: 1000 }),
})

describe('the order of steps', () => {
  it('reads every row once in every epoch', () => {
    fc.assert(
      fc.property(cases, fc.nat(3), ({ lengths, batch, seed }, epoch) => {
        const order = stepOrder(lengths, batch, seed)
        const steps = Math.ceil(lengths.length / batch)
        const read = Array.from({ length: steps }, (_, i) => order(epoch * steps + i + 1)).flat()
        expect(read.toSorted((a, b) => a - b)).toEqual(lengths.map((_, i) => i))
      }),
    )
  })

  it('depends on seed and step alone, so that a resumed run reads on', () => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 200 }), ({ lengths, batch, seed }, step) => {
        const whole = stepOrder(lengths, batch, seed)
        for (let i = 1; i < step; i++) whole(i)
        expect(stepOrder(lengths, batch, seed)(step)).toEqual(whole(step))
      }),
      { numRuns: 50 },
    )
  })

  it('differs between seeds and epochs', () => {
    const lengths = Array.from({ length: 64 }, (_, i) => i)
    const first = (seed: number, step: number) => stepOrder(lengths, 8, seed)(step)
    expect(first(1, 1)).not.toEqual(first(2, 1))
    expect(first(1, 1)).not.toEqual(first(1, 9))
    for (const seed of [2 ** 32, 20261123120000, Number.MAX_SAFE_INTEGER])
      expect(first(seed, 1)).not.toEqual(first(seed, 9))
  })
})

describe('the sizes that sequences are padded to', () => {
  const sequences = (lengths: readonly number[]) =>
    lengths.map((length) => {
      const row = { before: [], text: Array.from({ length }, () => 7), after: [] }
      return layOut(row, [], { method: 'prefix-tuning', placement: 'after-text', tokens: 4, tail: 1 })
    })

  it('are few, ascending, and hold the longest row', () => {
    fc.assert(
      fc.property(cases, fc.boolean(), ({ lengths }, isRead) => {
        const buckets = bucketsOf(sequences(lengths), isRead)
        const sizes = buckets.map(({ length, cached }) => (isRead ? cached : length))
        expect(sizes.length).toBeLessThanOrEqual(3)
        expect(sizes).toEqual(sizes.toSorted((a, b) => a - b))
        expect(sizes.at(-1)).toBeGreaterThanOrEqual(Math.max(...lengths) - (isRead ? 1 : 0))
        expect(buckets.every(({ length, cached }) => (isRead ? length === 1 : cached === 0))).toBe(true)
      }),
    )
  })

  it('are fewer where texts were read: one, or another where a few are much longer', () => {
    const reads = (lengths: readonly number[]) => bucketsOf(sequences(lengths), true).map(({ cached }) => cached)
    const usual = Array.from({ length: 95 }, (_, i) => 9 + (i % 16))
    expect(reads([...usual, 40])).toEqual([40])
    expect(reads([...usual, 300, 200, 180])).toEqual([24, 304])
  })

  it('are found for more rows than a function takes arguments', () => {
    const [one] = sequences([5])
    const many = Array.from({ length: 300_000 }, () => one).flatMap((each) => each ?? [])
    expect(bucketsOf(many, true)).toEqual([{ length: 1, cached: 8 }])
    expect(bucketsOf(many, false)).toEqual([{ length: 8, cached: 0 }])
  })
})
