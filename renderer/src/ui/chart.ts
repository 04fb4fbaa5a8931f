// The type of a line of a chart, and the smoothing of its values.

export interface Series {
  readonly name: string
  /** The name of a colour token: '--series-1'. */
  readonly color: string
  /** The values at the chart's x; null where a point is missing. */
  readonly values: readonly (number | null)[]
  /** A mark along the line, from markers.ts, for people who cannot see its colour. */
  readonly marker?: string
  /** Whether dots are drawn instead of a line. */
  readonly points?: boolean
  /** Whether its values are marked by dots on the line. */
  readonly dots?: boolean
  readonly dashed?: boolean
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
