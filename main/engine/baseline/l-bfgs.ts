// L-BFGS: minimises a smooth function by its gradient and a few differences of gradients (Nocedal & Wright 2006, 7.2).

/** The value at a point; writes its gradient there into the second array. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number

/** One step's change of the point, and of the gradient. */
interface Pair {
  readonly s: Float64Array
  readonly y: Float64Array
  /** Their product, greater than 0. */
  readonly sy: number
}

/** Pairs that the approximation of the Hessian is made of. */
const remembered = 6
/** Share of the decrease that the gradient promises, which a step must reach (Armijo's rule). */
const sufficient = 1e-4
/** A step shorter than this share of its direction is lost in rounding. */
const shortestStep = 1e-12

/**
 * Gives the point after each step, each in an array of its own; the last one is the minimum of a convex function: where the
 * gradient's L2 norm is at most `tolerance`, where rounding allows no lower value, or after `maxSteps`.
 */
export function* minimise(
  objective: Objective,
  start: Float64Array,
  { tolerance, maxSteps = 200 }: { readonly tolerance: number; readonly maxSteps?: number },
): Generator<Float64Array> {
  let at = start
  let gradient = new Float64Array(at.length)
  let value = objective(at, gradient)
  const pairs: Pair[] = []
  for (let step = 0; step < maxSteps && norm(gradient) > tolerance; step++) {
    const direction = descent(gradient, pairs)
    const slope = dot(direction, gradient)
    const [next, nextGradient] = [new Float64Array(at.length), new Float64Array(at.length)]
    let length = pairs.length > 0 ? 1 : Math.min(1, 1 / norm(gradient))
    let nextValue = Infinity
    for (; length > shortestStep; length /= 2) {
      for (let i = 0; i < at.length; i++) next[i] = (at[i] ?? 0) + length * (direction[i] ?? 0)
      nextValue = objective(next, nextGradient)
      if (nextValue <= value + sufficient * length * slope) break
    }
    if (length <= shortestStep) return
    const [s, y] = [minus(next, at), minus(nextGradient, gradient)]
    const sy = dot(s, y)
    // Rounding can leave no curvature, and a Hessian must stay positive definite.
    if (sy > Number.EPSILON * dot(y, y)) pairs.push({ s, y, sy })
    if (pairs.length > remembered) pairs.shift()
    ;[at, gradient, value] = [next, nextGradient, nextValue]
    yield at
  }
}

/** Minus the approximate inverse Hessian times the gradient, by the two-loop recursion (algorithm 7.4). */
function descent(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = minus(new Float64Array(gradient.length), gradient)
  const newestFirst = pairs.toReversed()
  const factors = newestFirst.map(({ s, y, sy }) => {
    const factor = dot(s, direction) / sy
    add(direction, y, -factor)
    return factor
  })
  const [newest] = newestFirst
  if (newest) {
    const scale = newest.sy / dot(newest.y, newest.y)
    for (let i = 0; i < direction.length; i++) direction[i] = (direction[i] ?? 0) * scale
  }
  for (const [i, { s, y, sy }] of [...newestFirst.entries()].reverse())
    add(direction, s, (factors[i] ?? 0) - dot(y, direction) / sy)
  return direction
}

export const norm = (a: Float64Array): number => Math.sqrt(dot(a, a))

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

/** Adds `factor` times `b` to `a`. */
function add(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] ?? 0) + factor * (b[i] ?? 0)
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  const difference = a.slice()
  add(difference, b, -1)
  return difference
}
