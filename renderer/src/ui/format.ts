// Numbers as people read them.
export { bytes, count, percent, points } from '../../../main/contract/numbers.ts'

/** Seconds -> "about 2 min", coarse enough to be true. */
export function duration(seconds: number): string {
  if (seconds < 10) return 'a few seconds'
  if (seconds < 90) return `${Math.round(seconds / 5) * 5} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

/** A recent time relative to now, an earlier one as its date. */
export function when(iso: string, now = Date.now()): string {
  const minutes = (now - Date.parse(iso)) / 60_000
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${Math.floor(minutes)} min ago`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`
  return new Date(iso).toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' })
}
