// How long work still takes of which only its progress is known.

/** Where it began to be watched: a resumed download does not start at zero. */
export interface Origin {
  /** Milliseconds of a clock that only grows. */
  readonly at: number
  readonly done: number
}

/** Seconds and share of all before which the speed so far predicts the rest badly. */
const [leastSeconds, leastShare] = [3, 0.02]

/** Seconds left at the speed since the origin; undefined while too little has been seen, at the end, or where the total is unknown (0). */
export function remaining(origin: Origin, done: number, total: number, now: number): number | undefined {
  const elapsed = (now - origin.at) / 1000
  const moved = done - origin.done
  if (done >= total || moved <= 0 || elapsed < leastSeconds || done / total < leastShare) return undefined
  return (elapsed / moved) * (total - done)
}
