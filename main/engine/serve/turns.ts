// Lets pieces of work have the model in turn: a forward pass holds the processor, and an inference runner serves one call at a time.

export type Turn = <T>(work: () => Promise<T>) => Promise<T>

/** Each piece starts when the one before it has ended, well or badly. */
export function createTurns(): Turn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const own = last.then(work)
    last = own.catch(() => undefined)
    return own
  }
}
