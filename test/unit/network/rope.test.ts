// Rotary frequencies as transformers computes them, in every way in which families stretch them.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RopeScaling } from '../../../main/contract/model.ts'
import { frequencies } from '../../../main/engine/network/rope.ts'

/** ROPE_INIT_FUNCTIONS of transformers 5.18 for heads of 16. */
const cases: readonly (readonly [theta: number, scaling: RopeScaling, expected: readonly number[]])[] = [
  [
    10000,
    { kind: 'linear', factor: 4 },
    [
      0.25, 0.07905694097280502, 0.02500000037252903, 0.007905694656074047, 0.0024999999441206455,
      0.0007905694656074047, 0.0002500000118743628, 7.905694656074047e-5,
    ],
  ],
  [
    500000,
    { kind: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 8192 },
    [
      1, 0.193922758102417, 0.03760603070259094, 0.00729266507551074, 0.0005248460220173001, 3.428102354519069e-5,
      6.647869668086059e-6, 1.289173155782919e-6,
    ],
  ],
]

describe('rotary frequencies', () => {
  it.each(cases)('are those of transformers: theta %d, %j', (theta, scaling, expected) => {
    frequencies(16, { theta, scaling }).forEach((frequency, i) => {
      expect(Math.abs(frequency / (expected[i] ?? NaN) - 1)).toBeLessThan(1e-5)
    })
  })

  it('fall from one radian a position, and a stretched one is never faster than its own', () => {
    const scalings = fc.constantFrom(...cases.map(([, scaling]) => scaling))
    const halves = fc.integer({ min: 1, max: 64 })
    fc.assert(
      fc.property(halves, fc.double({ min: 100, max: 1e6, noNaN: true }), scalings, (half, theta, scaling) => {
        const plain = frequencies(2 * half, { theta, scaling: { kind: 'none' } })
        const stretched = frequencies(2 * half, { theta, scaling })
        expect(plain).toHaveLength(half)
        expect(plain[0]).toBe(1)
        for (const all of [plain, stretched]) expect(all).toEqual(all.toSorted((a, b) => b - a))
        stretched.forEach((frequency, i) => {
          expect(frequency).toBeGreaterThan(0)
          expect(frequency).toBeLessThanOrEqual(plain[i] ?? NaN)
        })
      }),
    )
  })
})
