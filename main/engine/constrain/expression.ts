// Regular expressions over bytes that may refer to themselves: what a text may be.

export type Expression =
  /** At least one byte. */
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** One byte in any of the ranges, both ends included. */
  | { readonly kind: 'one'; readonly ranges: readonly (readonly [from: number, to: number])[] }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly of: readonly Expression[] }
  /** `of` matches at least one byte. */
  | { readonly kind: 'repeat'; readonly of: Expression; readonly min: number; readonly max: number }
  /** What is only known once all expressions are made, as one that refers to itself is. */
  | { readonly kind: 'later'; readonly get: () => Expression }

const encoder = new TextEncoder()

export const nothing: Expression = { kind: 'sequence', parts: [] }
/** Error: RangeError where the text is empty. */
export function exactly(text: string): Expression {
  if (text === '') throw new RangeError('an empty text matches no byte')
  return { kind: 'bytes', bytes: encoder.encode(text) }
}
/** One byte of some ASCII characters, or of ranges such as 'a-f'. */
export const oneOf = (...ranges: readonly string[]): Expression => ({
  kind: 'one',
  ranges: ranges.map((range) => [range.charCodeAt(0), range.charCodeAt(range.length - 1)] as const),
})
export const oneIn = (from: number, to: number): Expression => ({ kind: 'one', ranges: [[from, to]] })
export const sequence = (...parts: readonly Expression[]): Expression => ({ kind: 'sequence', parts })
export const choice = (...of: readonly Expression[]): Expression => ({ kind: 'choice', of })
export const optional = (of: Expression): Expression => choice(of, nothing)
export const repeat = (of: Expression, min = 0, max = Infinity): Expression => ({ kind: 'repeat', of, min, max })
export const later = (get: () => Expression): Expression => ({ kind: 'later', get })
