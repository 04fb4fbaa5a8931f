// What a line of a chart is, and how it is smoothed.

export interface Series {
  readonly name: string
  /** Name of a colour token: '--series-1'. */
  readonly color: string
  /** Aligned with the chart's x; null where there is nothing. */
  readonly values: readonly (number | null)[]
  /** A mark along the line, of markers.ts: it differs without its colour, too. */
  readonly marker?: string
  /** Dots instead of a line. */
  readonly points?: boolean
}

/** Exponential moving mean; `amount` 0 leaves the values alone, towards 1 smooths ever more. Corrected for its start. */
export function smooth(values: readonly number[], amount: number): (number | null)[] {
  let mean = 0
  let weight = 0
  return values.map((value) => {
    if (!Number.isFinite(value)) return null
    mean = amount * mean + (1 - amount) * value
    weight = amount * weight + (1 - amount)
    return mean / weight
  })
}
