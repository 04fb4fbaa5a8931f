// How often a process that dies may be restarted: three times in five minutes, then a person decides.
const TIMES = 3
const WHILE_MS = 5 * 60_000
const WAITS_MS = [300, 2000, 5000]

export interface Budget {
  /** Milliseconds to wait before the next start; undefined where it has died too often. */
  spend(): number | undefined
  /** A person wants another try. */
  reset(): void
}

/** Three starts in five minutes. */
export function createBudget(now: () => number = () => performance.now()): Budget {
  let deaths: number[] = []
  return {
    spend: () => {
      const time = now()
      deaths = deaths.filter((death) => time - death < WHILE_MS)
      if (deaths.length >= TIMES) return undefined
      deaths.push(time)
      return WAITS_MS[deaths.length - 1]
    },
    reset: () => {
      deaths = []
    },
  }
}
