// How long to wait before the next attempt to reach a peer: each time longer, up to a bound.

export interface BackOff {
  /** Milliseconds before the next attempt. */
  next(): number
  /** The peer has answered: the waits begin anew. A greeting alone is no answer, for what follows it may fail each time. */
  reset(): void
}

/** Waits that double from the first to the longest, in milliseconds. */
export function createBackOff(first = 200, longest = 10_000): BackOff {
  let wait = first
  return {
    next: () => {
      const now = wait
      wait = Math.min(longest, 2 * wait)
      return now
    },
    reset: () => {
      wait = first
    },
  }
}
