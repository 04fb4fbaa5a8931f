// JSON (RFC 8259) as expressions, in one way of spacing: a model that may put white space anywhere may put it in for ever.
import { choice, type Expression, exactly, later, oneIn, oneOf, optional, repeat, sequence } from './expression.ts'
import { digit, DIGITS } from './integers.ts'

/** A valid character of UTF-8 beyond ASCII (RFC 3629). */
const continuation = oneIn(0x80, 0xbf)
const beyondAscii = choice(
  sequence(oneIn(0xc2, 0xdf), continuation),
  sequence(oneIn(0xe0, 0xe0), oneIn(0xa0, 0xbf), continuation),
  sequence(oneIn(0xe1, 0xec), continuation, continuation),
  sequence(oneIn(0xed, 0xed), oneIn(0x80, 0x9f), continuation),
  sequence(oneIn(0xee, 0xef), continuation, continuation),
  sequence(oneIn(0xf0, 0xf0), oneIn(0x90, 0xbf), continuation, continuation),
  sequence(oneIn(0xf1, 0xf3), continuation, continuation, continuation),
  sequence(oneIn(0xf4, 0xf4), oneIn(0x80, 0x8f), continuation, continuation),
)
const hex = oneOf('0-9', 'a-f', 'A-F')
/** Without surrogates, half of which are no character: what lies beyond them stands as itself. */
const code = choice(
  sequence(oneOf('0-9', 'a-c', 'A-C', 'e-f', 'E-F'), hex, hex, hex),
  sequence(oneOf('d', 'D'), oneOf('0-7'), hex, hex),
)
const escape = sequence(
  exactly('\\'),
  choice(oneOf('"', '\\', '/', 'b', 'f', 'n', 'r', 't'), sequence(exactly('u'), code)),
)
/** ASCII without control characters, quote and backslash. */
const plain = oneOf(' -!', '#-[', ']-\x7f')

const character = choice(plain, beyondAscii, escape)

/** Lengths in characters (code points), as JSON Schema counts them. */
export const string = (min = 0, max = Infinity): Expression =>
  sequence(exactly('"'), repeat(character, min, max), exactly('"'))

/** Within the range of a double. */
export const number = sequence(
  optional(exactly('-')),
  choice(exactly('0'), sequence(oneOf('1-9'), repeat(digit, 0, DIGITS - 1))),
  optional(sequence(exactly('.'), repeat(digit, 1, DIGITS))),
  optional(sequence(oneOf('e', 'E'), optional(oneOf('+', '-')), repeat(digit, 1, 2))),
)

export const boolean = choice(exactly('true'), exactly('false'))
export const missing = exactly('null')

export const array = (item: Expression, min = 0, max = Infinity): Expression => {
  const some = sequence(
    exactly('['),
    item,
    repeat(sequence(exactly(', '), item), Math.max(0, min - 1), max - 1),
    exactly(']'),
  )
  if (max === 0) return exactly('[]')
  return min === 0 ? choice(exactly('[]'), some) : some
}

const member = (key: Expression, value: Expression): Expression => sequence(key, exactly(': '), value)

/** An object of any keys whose values are alike. */
export const map = (value: Expression): Expression => {
  const one = member(string(), value)
  const some = sequence(exactly('{'), one, repeat(sequence(exactly(', '), one)), exactly('}'))
  return choice(exactly('{}'), some)
}

export interface Property {
  readonly name: string
  readonly value: Expression
  readonly isRequired: boolean
}

/** An object of these properties in their order. */
export function object(properties: readonly Property[]): Expression {
  // From the last one on: what may follow where another property stands before, and where none does.
  let after = exactly('}')
  let first = after
  for (const { name, value, isRequired } of properties.toReversed()) {
    const one = member(exactly(JSON.stringify(name)), value)
    const [here, next] = [sequence(one, after), sequence(exactly(', '), one, after)]
    first = isRequired ? here : choice(here, first)
    after = isRequired ? next : choice(next, after)
  }
  return sequence(exactly('{'), first)
}

/** A value as it stands in a text. */
export function textOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  return `{${Object.entries(value)
    .map(([key, each]) => `${JSON.stringify(key)}: ${textOf(each)}`)
    .join(', ')}}`
}

export const anyValue = later(() => values)
export const anyObject = map(anyValue)
const values = choice(string(), number, boolean, missing, array(anyValue), anyObject)
