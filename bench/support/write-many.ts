// Callers that write at the same time: when each gets its first token, and how many tokens a second all get together.
import { spread, type Spread } from './spread.ts'

export interface WrittenMany {
  /** Milliseconds until a caller's first token. */
  readonly firstToken: Spread
  /** Of all callers together. */
  readonly tokensPerSecond: number
}

/** A caller's own text; `onToken` is called with each token. */
export type Caller = (onToken: () => void) => Promise<void>

/** Each group begins when the one before has ended: one group = all at the same time. */
export async function writeMany(groups: readonly (readonly Caller[])[]): Promise<WrittenMany> {
  const first: number[] = []
  let tokens = 0
  const began = performance.now()
  for (const group of groups)
    await Promise.all(
      group.map(async (caller) => {
        let isFirst = true
        await caller(() => {
          tokens++
          // All callers ask at the beginning; who comes later waits.
          if (isFirst) first.push(performance.now() - began)
          isFirst = false
        })
      }),
    )
  return { firstToken: spread(first), tokensPerSecond: (tokens / (performance.now() - began)) * 1000 }
}
