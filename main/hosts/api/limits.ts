// How often a key may ask: a token bucket that holds a minute's requests, and fills again evenly.

export interface Limits {
  /** Takes one request of a key; gives the seconds to wait where it has none left, else 0. */
  take(name: string, perMinute: number): number
}

interface Bucket {
  left: number
  at: number
}

/** `now`: milliseconds of a clock that never goes back. */
export function createLimits(now: () => number = () => performance.now()): Limits {
  const buckets = new Map<string, Bucket>()
  return {
    take(name, perMinute) {
      const at = now()
      const known = buckets.get(name) ?? { left: perMinute, at }
      const left = Math.min(perMinute, known.left + ((at - known.at) / 60_000) * perMinute)
      const isFree = left >= 1
      buckets.set(name, { left: isFree ? left - 1 : left, at })
      return isFree ? 0 : ((1 - left) / perMinute) * 60
    },
  }
}
