// How measurements spread.

export interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

/** Of at least one value. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (i: number): number => sorted[Math.max(0, Math.min(sorted.length - 1, i))] ?? NaN
  const half = (sorted.length - 1) / 2
  return { min: at(0), median: (at(Math.floor(half)) + at(Math.ceil(half))) / 2, max: at(sorted.length - 1) }
}

/** "0.51 (0.48 to 0.57)": the median, and between what it lay. */
export const shown = ({ min, median, max }: Spread, digits = 2): string =>
  `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`
