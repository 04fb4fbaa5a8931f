// A queue that does one piece of work at a time, first come first served.
export type Enqueue = <T>(work: () => Promise<T>) => Promise<T>

/** Each piece of work starts when the one before it has ended, well or badly. */
export function serialQueue(): Enqueue {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const result = last.then(work)
    last = result.catch(() => undefined)
    return result
  }
}
