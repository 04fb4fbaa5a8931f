// Sampling draws from the likeliest tokens, each by its share, as if it sorted the vocabulary.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sample } from '../../../main/engine/evaluate/sampling.ts'
import { createRandom } from '../../../main/engine/random.ts'

interface Draw {
  readonly temperature: number
  readonly topK: number
  readonly topP: number
  readonly minP: number
}

/** Shares of each token after temperature, top-k, top-p and min-p, by sorting; equal tokens in the order of their ids. */
function expected(logits: readonly number[], { temperature, topK, topP, minP }: Draw): number[] {
  const top = Math.max(...logits)
  const shares = logits.map((value) => Math.exp((Math.fround(value) - Math.fround(top)) / temperature))
  const sorted = [...shares.keys()].sort((a, b) => (shares[b] ?? 0) - (shares[a] ?? 0))
  const among = topK > 0 ? sorted.slice(0, topK) : sorted
  const total = among.reduce((sum, id) => sum + (shares[id] ?? 0), 0)
  const found = shares.map(() => 0)
  let mass = 0
  for (const id of among) {
    if ((shares[id] ?? 0) >= minP) found[id] = shares[id] ?? 0
    mass += shares[id] ?? 0
    if (topP < 1 && mass >= topP * total * (1 - 1e-12)) break
  }
  const kept = found.reduce((sum, share) => sum + share, 0)
  return found.map((share) => share / kept)
}

const draws = 2000

describe('sampling', () => {
  it('draws each token that is left by its share, and no other', () => {
    const logits = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 1, maxLength: 40 })
    const draw = fc.record({
      temperature: fc.constantFrom(0.3, 1, 2),
      topK: fc.constantFrom(0, 0, 1, 3, 10, 100),
      topP: fc.constantFrom(0.2, 0.5, 0.9, 0.999, 1),
      // Between any two shares.
      minP: fc.constantFrom(0, 0, 0.011, 0.4),
    })
    fc.assert(
      fc.property(logits, draw, (values, given) => {
        const shares = expected(values, given)
        const counts = values.map(() => 0)
        for (let i = 0; i < draws; i++) {
          const random = { ...createRandom(0), next: () => (i + 0.5) / draws }
          const id = sample(Float32Array.from(values), given, random)
          counts[id] = (counts[id] ?? 0) + 1
        }
        counts.forEach((count, id) => expect(Math.abs(count / draws - (shares[id] ?? 0))).toBeLessThan(2.5 / draws))
      }),
      { numRuns: 150 },
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
