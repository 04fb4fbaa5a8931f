// Places for rows that are decoded at once: taken first come, first served, as long as all who have one fit together.

export interface Places {
  /**
   * Resolves when there is a place for a row of so many tokens, or the row is no longer wanted; call what it gives to give
   * the place back.
   */
  take(tokens: number, isWanted: () => boolean): Promise<() => void>
}

interface Place {
  readonly tokens: number
  readonly isWanted: () => boolean
  readonly resolve: (value: undefined) => void
}

/** `fit`: whether rows of so many tokens fit together. A row that fits nowhere is alone. */
export function createPlaces(fit: (tokens: readonly number[]) => boolean): Places {
  const taken = new Set<Place>()
  const waiting: Place[] = []
  const admit = (): void => {
    for (let [next] = waiting; next; [next] = waiting) {
      if (taken.size > 0 && next.isWanted() && !fit([...taken, next].map(({ tokens }) => tokens))) return
      waiting.shift()
      taken.add(next)
      next.resolve(undefined)
    }
  }
  return {
    take: async (tokens, isWanted) => {
      const { promise, resolve } = Promise.withResolvers<undefined>()
      const place = { tokens, isWanted, resolve }
      waiting.push(place)
      admit()
      await promise
      return () => {
        if (taken.delete(place)) admit()
      }
    },
  }
}
