// Argmax over scores.

/** Index of the largest value; the first one among equals. */
export function best(values: ArrayLike<number>): number {
  let at = 0
  for (let i = 1; i < values.length; i++) if ((values[i] ?? -Infinity) > (values[at] ?? -Infinity)) at = i
  return at
}
