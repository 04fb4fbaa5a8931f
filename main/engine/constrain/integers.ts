// Whole numbers of a range, as expressions of their decimal digits.
import { choice, exactly, type Expression, oneOf, repeat, sequence } from './expression.ts'

/** Digits that a double keeps. */
export const DIGITS = 15
/** The largest number of so many digits. */
export const MOST_INTEGER = 10 ** DIGITS - 1

export const digit = oneOf('0-9')

/** `min` <= `max`, both included and whole, neither beyond `MOST_INTEGER`. */
export const integersBetween = (min: number, max: number): Expression =>
  choice(
    ...(min < 0 ? [sequence(exactly('-'), naturalsBetween(Math.max(1, -max), -min))] : []),
    ...(max >= 0 ? [naturalsBetween(Math.max(0, min), max)] : []),
  )

function naturalsBetween(min: number, max: number): Expression {
  const lengths = Array.from({ length: String(max).length }, (_, i) => i + 1).slice(String(min).length - 1)
  return choice(
    ...lengths.map((length) => {
      const least = length === 1 ? 0 : 10 ** (length - 1)
      return digitsBetween(String(Math.max(min, least)), String(Math.min(max, 10 ** length - 1)))
    }),
  )
}

/** Digits as many as both have. */
function digitsBetween(least: string, most: string): Expression {
  if (/^0*$/.test(least) && /^9*$/.test(most)) return repeat(digit, least.length, least.length)
  const [first, last, others] = [Number(least[0]), Number(most[0]), least.length - 1]
  const [low, high] = [least.slice(1), most.slice(1)]
  if (first === last) return sequence(exactly(String(first)), digitsBetween(low, high))
  const between = last - first > 1 ? [sequence(oneOf(`${first + 1}-${last - 1}`), repeat(digit, others, others))] : []
  return choice(
    sequence(exactly(String(first)), digitsBetween(low, '9'.repeat(others))),
    ...between,
    sequence(exactly(String(last)), digitsBetween('0'.repeat(others), high)),
  )
}
