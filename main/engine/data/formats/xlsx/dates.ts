// Days since an epoch, as workbooks store dates, as text.

/** What a date's format shows. */
export interface ShownParts {
  readonly day: boolean
  readonly time: boolean
  /** Hours since the epoch instead of those since midnight. */
  readonly total: boolean
}

const msPerDay = 86_400_000
const lastYear = 9999
const epochOf1900 = Date.UTC(1899, 11, 30)
const epochOf1904 = Date.UTC(1904, 0, 1)

/** '2026-03-01', '2026-03-01 14:30', '14:30:05'; undefined where the number is no date. */
export function dateOf(value: number, shown: ShownParts, from1904: boolean): string | undefined {
  if (!(value >= 0 && value < 366 * lastYear)) return undefined
  const seconds = Math.round(value * 86_400)
  if (shown.total) return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}${rest(seconds)}`
  // Lotus took 1900 for a leap year, and Excel still does: numbers of days before its 29 February are one too small.
  const early = !from1904 && value < 60 ? 1 : 0
  const date = new Date((from1904 ? epochOf1904 : epochOf1900) + seconds * 1000 + early * msPerDay)
  if (date.getUTCFullYear() > lastYear) return undefined
  const day = date.toISOString().slice(0, 10)
  const time = `${date.toISOString().slice(11, 16)}${rest(seconds)}`
  if (shown.day && shown.time) return `${day} ${time}`
  return shown.time ? time : day
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Seconds are shown where they are not 0. */
const rest = (seconds: number): string => (seconds % 60 === 0 ? '' : `:${two(seconds % 60)}`)
