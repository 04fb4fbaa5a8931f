// The rotation that spreads outliers before they are rounded to 8 bits.
import { describe, expect, it } from 'vitest'
import { rotation, rotationSize } from '../../../main/engine/graph/rotation.ts'

describe('a rotation', () => {
  it.each([1, 2, 8, 64])('of %i elements is its own inverse', (size) => {
    const matrix = rotation(size)
    const at = (row: number, column: number): number => matrix[row * size + column] ?? NaN
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        let sum = 0
        for (let k = 0; k < size; k++) sum += at(i, k) * at(k, j)
        expect(sum).toBeCloseTo(i === j ? 1 : 0, 6)
      }
  })

  it('makes of one large element many equal ones', () => {
    const matrix = rotation(64)
    for (let column = 0; column < 64; column++) expect(Math.abs(matrix[5 * 64 + column] ?? NaN)).toBe(1 / 8)
  })

  it('takes the largest blocks that a width is made of, up to 64', () => {
    expect([576, 1536, 48, 7].map(rotationSize)).toEqual([64, 64, 16, 1])
  })
})
