// Sampling draws from the smallest set of likeliest tokens, each by its share, without sorting the vocabulary.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sample } from '../../../main/engine/evaluate/sampling.ts'
import { createRandom } from '../../../main/engine/random.ts'

/** Shares of each token after temperature and nucleus, by sorting; equal tokens in the order of their ids. */
function expected(logits: readonly number[], temperature: number, topP: number): number[] {
  const top = Math.max(...logits)
  const shares = logits.map((value) => Math.exp((Math.fround(value) - Math.fround(top)) / temperature))
  const total = shares.reduce((sum, share) => sum + share, 0)
  const found = shares.map(() => 0)
  let mass = 0
  for (const id of [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))) {
    found[id] = shares[id] ?? 0
    mass += shares[id] ?? 0
    if (topP < 1 && mass >= topP * total * (1 - 1e-12)) break
  }
  return found.map((share) => share / mass)
}

const draws = 2000

describe('sampling', () => {
  it('draws each token of the nucleus by its share, and no other', () => {
    const logits = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 })
    const cases = fc.tuple(logits, fc.constantFrom(0.3, 1, 2), fc.constantFrom(0.2, 0.5, 0.9, 0.999, 1))
    fc.assert(
      fc.property(cases, ([values, temperature, topP]) => {
        const shares = expected(values, temperature, topP)
        const counts = values.map(() => 0)
        for (let i = 0; i < draws; i++) {
          const random = { ...createRandom(0), next: () => (i + 0.5) / draws }
          const id = sample(Float32Array.from(values), { temperature, topP }, random)
          counts[id] = (counts[id] ?? 0) + 1
        }
        counts.forEach((count, id) => expect(Math.abs(count / draws - (shares[id] ?? 0))).toBeLessThan(2.5 / draws))
      }),
      { numRuns: 60 },
    )
  })

  it('takes the likeliest token at temperature 0, and never one of no likelihood', () => {
    const logits = Float32Array.of(1, 3, -Infinity, 2)
    expect(sample(logits, { temperature: 0, topP: 1 }, createRandom(1))).toBe(1)
    const drawn = new Set(
      Array.from({ length: 500 }, (_, seed) => sample(logits, { temperature: 5, topP: 1 }, createRandom(seed))),
    )
    expect([...drawn].sort()).toEqual([0, 1, 3])
  })
})
