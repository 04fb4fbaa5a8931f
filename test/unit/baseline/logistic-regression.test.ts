// Multinomial logistic regression: its gradient, its minimum, and the same weights as scikit-learn.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { minimise } from '../../../main/engine/baseline/l-bfgs.ts'
import { logProbabilities, lossOf, type Problem, weightsOf } from '../../../main/engine/baseline/logistic-regression.ts'
import { dense } from '../../../main/engine/baseline/matrix.ts'
import { createRandom } from '../../../main/engine/random.ts'

interface Shape {
  readonly rows: number
  readonly columns: number
  readonly count: number
  readonly seed: number
}

function randomProblem({ rows, columns, count, seed }: Shape): Problem {
  const random = createRandom(seed)
  const values = Float32Array.from({ length: rows * columns }, () => random.normal())
  // Of a class that no row has, the intercept has no minimum: each has one where there are enough rows.
  const classes = Array.from({ length: rows }, (_, row) => (row < count ? row : random.integer(count)))
  return { features: dense(rows, columns, values), classes, count }
}

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 8 }),
  columns: fc.integer({ min: 0, max: 4 }),
  count: fc.integer({ min: 1, max: 4 }),
  seed: fc.nat(),
})

const fitted = (problem: Problem, l2: number, start = new Float64Array(weightsOf(problem))): Float64Array =>
  [...minimise(lossOf(problem, l2), start, { tolerance: 1e-10 })].at(-1) ?? start

describe('the loss', () => {
  it('has the gradient of its finite differences', () => {
    fc.assert(
      fc.property(shapes, fc.double({ min: 0, max: 5, noNaN: true }), (shape, l2) => {
        const problem = randomProblem(shape)
        const random = createRandom(shape.seed + 1)
        const at = Float64Array.from({ length: weightsOf(problem) }, () => random.normal())
        const loss = lossOf(problem, l2)
        const gradient = new Float64Array(at.length)
        loss(at, gradient)
        const step = 1e-5
        at.forEach((value, i) => {
          const [up, down] = [at.slice(), at.slice()]
          up[i] = value + step
          down[i] = value - step
          const slope = (loss(up, new Float64Array(at.length)) - loss(down, new Float64Array(at.length))) / (2 * step)
          expect(gradient[i]).toBeCloseTo(slope, 6)
        })
      }),
    )
  })

  it('at zero is the entropy of guessing, and stays a number however large the weights are', () => {
    const problem = randomProblem({ rows: 5, columns: 3, count: 4, seed: 1 })
    const gradient = new Float64Array(weightsOf(problem))
    expect(lossOf(problem, 1)(new Float64Array(gradient.length), gradient)).toBeCloseTo(Math.log(4))
    expect(lossOf(problem, 0)(new Float64Array(gradient.length).fill(1e6), gradient)).toBeLessThan(Infinity)
    expect(gradient.every(Number.isFinite)).toBe(true)
  })

  it('has one minimum, wherever the search begins', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const { rows, columns, count, seed } = shape
        const problem = randomProblem({ rows: rows + count, columns: columns + 1, count, seed })
        const random = createRandom(seed + 1)
        const elsewhere = Float64Array.from({ length: weightsOf(problem) }, () => random.normal())
        const [one, other] = [fitted(problem, 1), fitted(problem, 1, elsewhere)]
        const penalised = problem.features.columns * problem.count
        one.subarray(0, penalised).forEach((weight, i) => expect(other[i]).toBeCloseTo(weight, 4))
      }),
      { numRuns: 30 },
    )
  })
})

describe('the fit', () => {
  it('is the same as scikit-learn’s', () => {
    // LogisticRegression(C=2, tol=1e-12) of version 1.9 on the same rows.
    const features = dense(5, 2, Float32Array.of(0.5, -1, 1, 2, -1, 0.25, 2, -0.5, -0.75, 1.5))
    const problem = { features, classes: [0, 1, 2, 0, 1], count: 3 }
    const weights = fitted(problem, 1 / 2)
    const coefficients = [
      [0.7261440547113897, -0.8761249706494977],
      [0.0718994394500212, 1.1446425442421104],
      [-0.7980434941614107, -0.26851757359261275],
    ]
    coefficients.forEach((each, k) =>
      each.forEach((value, column) => expect(weights[column * 3 + k]).toBeCloseTo(value, 6)),
    )
    const probabilities = [
      [0.8149659123859743, 0.04111866444568685, 0.143915423168339],
      [0.05837983497778977, 0.91184190921394, 0.029778255808270194],
    ]
    probabilities.forEach((each, row) => {
      const found = new Float64Array(3)
      logProbabilities(features, row, weights, found)
      each.forEach((value, k) => expect(Math.exp(found[k] ?? NaN)).toBeCloseTo(value, 6))
    })
  })

  it('without features says how frequent each class is', () => {
    const problem = { features: dense(4, 0, new Float32Array()), classes: [0, 0, 0, 1], count: 2 }
    const found = new Float64Array(2)
    logProbabilities(problem.features, 0, fitted(problem, 1), found)
    expect(Array.from(found, Math.exp)).toEqual([expect.closeTo(0.75, 6), expect.closeTo(0.25, 6)])
  })
})
