// What the share of a whole is, given some of its rows: exact bounds by Clopper & Pearson (1934).
import { type Interval, LEVEL } from '../bootstrap.ts'

/**
 * The largest share of wrong rows with which `wrong` of `rows` or fewer still come about with a probability of 1 - `level`:
 * the true share is at most this in `level` of all samples. 1 without rows. `wrong` may be a mean.
 */
export const upperBound = (wrong: number, rows: number, level = LEVEL): number =>
  wrong >= rows ? 1 : betaQuantile(level, wrong + 1, rows - wrong)

/** Whether `upperBound` is at most `limit`, which is quicker to tell than how large it is. */
export const isBounded = (limit: number, wrong: number, rows: number, level = LEVEL): boolean =>
  wrong < rows && incompleteBeta(limit, wrong + 1, rows - wrong) >= level

/** Two-sided 95 % interval of a share, `some` of `rows`. */
export const exactInterval = (some: number, rows: number): Interval => {
  const level = (1 + LEVEL) / 2
  return { low: 1 - upperBound(rows - some, rows, level), high: upperBound(some, rows, level) }
}

/** By bisection, to the last digits. */
function betaQuantile(probability: number, a: number, b: number): number {
  let [low, high] = [0, 1]
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (incompleteBeta(middle, a, b) < probability) low = middle
    else high = middle
  }
  return (low + high) / 2
}

/** The regularised incomplete beta function I_x(a, b) by its continued fraction (DLMF 8.17.22), which is quick below the mean. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const front = Math.exp(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x) - Math.log(a),
  )
  return front / continuedFraction(x, a, b)
}

/** By the modified method of Lentz (Thompson & Barnett 1986). */
function continuedFraction(x: number, a: number, b: number): number {
  let [value, c, d] = [1, 1, 0]
  for (let i = 1; i <= 10_000; i++) {
    const m = i >> 1
    const term =
      i % 2 === 0 ? (m * (b - m) * x) / ((a + i - 1) * (a + i)) : (-(a + m) * (a + b + m) * x) / ((a + i - 1) * (a + i))
    d = 1 / awayFromZero(1 + term * d)
    c = awayFromZero(1 + term / c)
    value *= c * d
    if (Math.abs(c * d - 1) < 1e-15) break
  }
  return value
}

const awayFromZero = (value: number): number => (Math.abs(value) < 1e-300 ? 1e-300 : value)

/** ln of the gamma function of a positive number (Lanczos 1964, g = 7). */
function logGamma(value: number): number {
  const x = value - 1
  const series = LANCZOS.reduce((sum, coefficient, i) => sum + (i === 0 ? coefficient : coefficient / (x + i)), 0)
  const shifted = x + 7.5
  return (x + 0.5) * Math.log(shifted) - shifted + Math.log(Math.sqrt(2 * Math.PI) * series)
}

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]
