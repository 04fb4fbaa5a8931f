// How a figure grows with the training rows: the errors fall by a power of their number (Hestness et al. 2017).
import { createRandom } from '../random.ts'
import { mean } from '../statistics.ts'

/** Share of wrong answers after learning from so many rows. */
export interface CurvePoint {
  readonly rows: number
  readonly wrong: number
}

export interface Extrapolation {
  /** By how much the share of wrong answers falls. */
  readonly gain: number
  /** 95 % band of it, by the chance of which test rows there are. */
  readonly low: number
  readonly high: number
}

/** Draws for the band. */
const draws = 1000

/**
 * What `more` rows beyond the last point's bring. Points: three at least, by rising rows. `tested`: test rows, on which all
 * figures rest; they are drawn as if each figure had test rows of its own, so that the band is rather too wide.
 */
export function extrapolate(points: readonly CurvePoint[], more: number, tested: number): Extrapolation {
  const last = points.at(-1)?.rows ?? 1
  const gainOf = (some: readonly CurvePoint[]): number => {
    const wrongAt = fitted(some, tested)
    return Math.max(0, wrongAt(last) - wrongAt(last + more))
  }
  const random = createRandom(0)
  const noisy = ({ rows, wrong }: CurvePoint): CurvePoint => ({
    rows,
    wrong: wrong + random.normal() * Math.sqrt((wrong * (1 - wrong)) / Math.max(1, tested)),
  })
  const gains = Array.from({ length: draws }, () => gainOf(points.map(noisy))).sort((a, b) => a - b)
  return { gain: gainOf(points), low: gains[draws * 0.025] ?? 0, high: gains[draws * 0.975] ?? 0 }
}

/** Least squares in log rows and log errors; errors grow with no more rows. */
function fitted(points: readonly CurvePoint[], tested: number): (rows: number) => number {
  // Of no wrong answers at all, half a row may be.
  const floor = 0.5 / Math.max(1, tested)
  const xs = points.map(({ rows }) => Math.log(rows))
  const ys = points.map(({ wrong }) => Math.log(Math.min(1, Math.max(floor, wrong))))
  const [x, y] = [mean(xs), mean(ys)]
  const spread = xs.reduce((sum, each) => sum + (each - x) ** 2, 0)
  const together = xs.reduce((sum, each, i) => sum + (each - x) * ((ys[i] ?? 0) - y), 0)
  const slope = spread === 0 ? 0 : Math.min(0, together / spread)
  return (rows) => Math.exp(y + slope * (Math.log(rows) - x))
}
