// What a chart's lines are, how they are smoothed, and which of their values stand in the table behind it.

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

/** Distances between ticks of steps: there is no half a step. */
export const wholeSteps = [1, 2, 5]
  .flatMap((digit) => Array.from({ length: 7 }, (_, power) => digit * 10 ** power))
  .sort((a, b) => a - b)

/** Lines of a table that are still readable. */
const LINES = 40

/** Places of the points that stand in the table: of a long line some, of single points, such as validations, all. */
export function placesInTable(length: number, series: readonly Series[]): readonly number[] {
  const every = Math.max(1, Math.ceil(length / LINES))
  const single = series.filter(({ points, dots }) => points === true || dots === true)
  return Array.from({ length }, (_, at) => at).filter(
    (at) => at % every === 0 || at === length - 1 || single.some(({ values }) => typeof values[at] === 'number'),
  )
}
