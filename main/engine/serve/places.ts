// A number of places that are taken and given back, first come first served.

export interface Places {
  /** Resolves when there is one; call what it gives to give the place back. */
  take(): Promise<() => void>
}

export function createPlaces(count: number): Places {
  let free = count
  const waiting: (() => void)[] = []
  const giveBack = (): void => {
    const next = waiting.shift()
    if (next) next()
    else free++
  }
  return {
    take: async () => {
      if (free > 0) free--
      else {
        const { promise, resolve } = Promise.withResolvers<undefined>()
        waiting.push(() => {
          resolve(undefined)
        })
        await promise
      }
      let isTaken = true
      return () => {
        if (isTaken) giveBack()
        isTaken = false
      }
    },
  }
}
