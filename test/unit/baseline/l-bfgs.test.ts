// L-BFGS finds minima that are known.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimise, type Objective } from '../../../main/engine/baseline/l-bfgs.ts'

const lastOf = (objective: Objective, start: Float64Array, tolerance = 1e-9): Float64Array =>
  [...minimise(objective, start, { tolerance })].at(-1) ?? start

/** Rosenbrock's valley, whose minimum is at (1, 1). */
const valley: Objective = ([x = 0, y = 0], gradient) => {
  gradient.set([-400 * x * (y - x * x) - 2 * (1 - x), 200 * (y - x * x)])
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2
}

describe('L-BFGS', () => {
  it('follows a curved valley to its end', () => {
    const [x, y] = lastOf(valley, Float64Array.of(-1.2, 1))
    expect([x, y]).toEqual([expect.closeTo(1, 7), expect.closeTo(1, 7)])
  })

  it('finds the minimum of any convex quadratic, and never goes up', () => {
    const numbers = fc.double({ min: -10, max: 10, noNaN: true })
    const scales = fc.double({ min: 0.01, max: 100, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(numbers, scales), { minLength: 1, maxLength: 12 }), (terms) => {
        const values: number[] = []
        const objective: Objective = (at, gradient) => {
          terms.forEach(([centre, scale], i) => (gradient[i] = scale * ((at[i] ?? 0) - centre)))
          return terms.reduce((sum, [centre, scale], i) => sum + (scale / 2) * ((at[i] ?? 0) - centre) ** 2, 0)
        }
        for (const point of minimise(objective, new Float64Array(terms.length), { tolerance: 1e-8 }))
          values.push(objective(point, new Float64Array(terms.length)))
        values.slice(1).forEach((value, i) => expect(value).toBeLessThanOrEqual(values[i] ?? NaN))
        lastOf(objective, new Float64Array(terms.length), 1e-8).forEach((each, i) =>
          expect(each).toBeCloseTo(terms[i]?.[0] ?? NaN, 4),
        )
      }),
    )
  })

  it('takes no step from a minimum, and ends after the steps that it may take', () => {
    expect([...minimise(valley, Float64Array.of(1, 1), { tolerance: 1e-9 })]).toEqual([])
    expect([...minimise(valley, Float64Array.of(-1.2, 1), { tolerance: 0, maxSteps: 3 })]).toHaveLength(3)
  })

  it('ends where the numbers allow no lower value', () => {
    const steps = [...minimise(valley, Float64Array.of(-1.2, 1), { tolerance: 0 })]
    expect(steps.length).toBeLessThan(200)
  })
})
