// Multinomial logistic regression with an L2 penalty: its loss with the gradient, and its predictions.
import type { Objective } from './l-bfgs.ts'
import type { Matrix } from './matrix.ts'

export interface Problem {
  readonly features: Matrix
  /** The class of each row, 0 to `count` - 1. */
  readonly classes: ArrayLike<number>
  /** Number of classes, K. */
  readonly count: number
}

/** Numbers of the weights [columns + 1, K]: the classes' intercepts come last. */
export const weightsOf = ({ features, count }: Problem): number => (features.columns + 1) * count

/**
 * Mean of -ln p over the rows, plus l2 / (2 rows) times the squared weights without the intercepts: what scikit-learn's
 * `LogisticRegression` minimises with C = 1 / l2.
 */
export function lossOf({ features, classes, count }: Problem, l2: number): Objective {
  const { rows, starts, indices, values } = features
  const penalised = features.columns * count
  const residuals = new Float64Array(count)
  return (weights, gradient) => {
    gradient.fill(0)
    let loss = 0
    for (let row = 0; row < rows; row++) {
      logProbabilities(features, row, weights, residuals)
      const right = classes[row] ?? 0
      loss -= residuals[right] ?? 0
      for (let k = 0; k < count; k++) residuals[k] = (Math.exp(residuals[k] ?? 0) - Number(k === right)) / rows
      for (let entry = starts[row] ?? 0; entry < (starts[row + 1] ?? 0); entry++)
        addTo(gradient, (indices[entry] ?? 0) * count, residuals, values[entry] ?? 0)
      addTo(gradient, penalised, residuals, 1)
    }
    let squares = 0
    for (let i = 0; i < penalised; i++) {
      const weight = weights[i] ?? 0
      squares += weight * weight
      gradient[i] = (gradient[i] ?? 0) + (l2 / rows) * weight
    }
    return loss / rows + (l2 / (2 * rows)) * squares
  }
}

/** Writes ln p of each class for a row into `into` [K]. */
export function logProbabilities(
  { columns, starts, indices, values }: Matrix,
  row: number,
  weights: Float64Array,
  into: Float64Array,
): void {
  const count = into.length
  into.set(weights.subarray(columns * count))
  for (let entry = starts[row] ?? 0; entry < (starts[row + 1] ?? 0); entry++) {
    const [at, value] = [(indices[entry] ?? 0) * count, values[entry] ?? 0]
    for (let k = 0; k < count; k++) into[k] = (into[k] ?? 0) + value * (weights[at + k] ?? 0)
  }
  let highest = -Infinity
  for (let k = 0; k < count; k++) highest = Math.max(highest, into[k] ?? 0)
  let sum = 0
  for (let k = 0; k < count; k++) sum += Math.exp((into[k] ?? 0) - highest)
  const total = highest + Math.log(sum)
  for (let k = 0; k < count; k++) into[k] = (into[k] ?? 0) - total
}

/** Adds `factor` times `b` to the part of `a` that begins at `at`. */
function addTo(a: Float64Array, at: number, b: Float64Array, factor: number): void {
  for (let k = 0; k < b.length; k++) a[at + k] = (a[at + k] ?? 0) + factor * (b[k] ?? 0)
}
