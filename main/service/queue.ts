// A queue that does one piece of work at a time, first come first served; what hangs is not waited for.

/** The work may call `giveWay` where it seems to hang: the next piece then starts beside it. */
export type Enqueue = <T>(work: (giveWay: () => void) => Promise<T>) => Promise<T>

/** Pieces at most that others do not wait for: each may hold a process with a model. */
const HANGING = 2

/** Each piece of work starts when the one before it has ended, well or badly, or has given way. */
export function serialQueue(): Enqueue {
  let last: Promise<unknown> = Promise.resolve()
  let hanging = 0
  return (work) => {
    const gaveWay = Promise.withResolvers<undefined>()
    let hangs = false
    const giveWay = (): void => {
      if (hangs || hanging >= HANGING) return
      hangs = true
      hanging += 1
      gaveWay.resolve(undefined)
    }
    const result = last
      .then(() => work(giveWay))
      .finally(() => {
        if (hangs) hanging -= 1
      })
    last = Promise.race([result.catch(() => undefined), gaveWay.promise])
    return result
  }
}
