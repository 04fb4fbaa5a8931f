// A model's tokens as bytes, in an order in which tokens that begin alike stand together: what a text may go on with is found fast.
import type { State } from './machine.ts'

export interface Vocabulary {
  /** Ids of the tokens that may come next, in no order. */
  allowed(state: State): Int32Array
  /** The state behind a token; undefined where it may not come next, or has no bytes. */
  after(state: State, id: number): State | undefined
}

/** `bytes`: of each token by its id; undefined for those that are never allowed. */
export function createVocabulary(bytes: readonly (Uint8Array | undefined)[]): Vocabulary {
  const ids = Int32Array.from([...bytes.keys()].filter((id) => (bytes[id]?.length ?? 0) > 0))
  ids.sort((a, b) => Buffer.compare(bytes[a] as Uint8Array, bytes[b] as Uint8Array))
  const sorted = Array.from(ids, (id) => bytes[id] as Uint8Array)
  /** Bytes that each token has in common with the one before it. */
  const shared = Int32Array.from(sorted, (own, i) => commonStart(own, sorted[i - 1]))
  return {
    allowed(state) {
      const found = new Int32Array(ids.length)
      let count = 0
      /** States behind each byte of the token before, up to where it was not allowed. */
      const path: State[] = [state]
      for (let i = 0; i < ids.length; i++) {
        const begins = shared[i] ?? 0
        // It begins as one that was not allowed.
        if (path.length <= begins) continue
        path.length = begins + 1
        if (extend(path, sorted[i] as Uint8Array)) found[count++] = ids[i] ?? 0
      }
      return found.subarray(0, count)
    },
    after(state, id) {
      const path = [state]
      const own = bytes[id] ?? new Uint8Array()
      return own.length > 0 && extend(path, own) ? path.at(-1) : undefined
    },
  }
}

/** Follows the bytes that the path does not have yet; false where one may not stand there. */
function extend(path: State[], bytes: Uint8Array): boolean {
  for (let at = path.length - 1; at < bytes.length; at++) {
    const next = path[at]?.after(bytes[at] ?? 0)
    if (!next) return false
    path.push(next)
  }
  return true
}

function commonStart(one: Uint8Array, other: Uint8Array = new Uint8Array()): number {
  let at = 0
  while (at < one.length && at < other.length && one[at] === other[at]) at++
  return at
}
