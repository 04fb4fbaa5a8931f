// Numbers as people read them.
import { duration } from '../../../main/contract/numbers.ts'
export { approximately, bytes, count, duration, percent, points } from '../../../main/contract/numbers.ts'

/** Two times in seconds -> "2 to 3 min", "25 to 40 s", "a few seconds to 15 s". */
export function range(low: number, high: number): string {
  const [from, to] = [duration(low), duration(high)]
  if (from === to) return from
  const unit = / (s|min|h)$/
  return unit.exec(from)?.[0] === unit.exec(to)?.[0] ? `${from.replace(unit, '')} to ${to}` : `${from} to ${to}`
}

/** A recent time relative to now, an earlier one as its date. */
export function when(iso: string, now = Date.now()): string {
  const minutes = (now - Date.parse(iso)) / 60_000
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${Math.floor(minutes)} min ago`
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ago`
  return new Date(iso).toLocaleDateString('en', { year: 'numeric', month: 'short', day: 'numeric' })
}

/** "29 Nov". */
export const today = (): string => new Date().toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })
