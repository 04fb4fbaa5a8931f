// What the lens found in runs' prompts, kept while the service runs: finding it again takes a while, keeping it little.
import type { RunRecord } from '../../contract/records.ts'
import type { RunLens } from '../../contract/service.ts'

type Ended = Pick<RunRecord, 'id' | 'endedAt'>

/** Runs whose findings are kept; that of the one asked for longest ago makes way. */
const KEPT = 50

export interface Lenses {
  /** Undefined where it was not found, or the run has gone on since. */
  get(run: Ended): RunLens | undefined
  add(run: Ended, found: RunLens): void
}

export function createLenses(): Lenses {
  const found = new Map<string, RunLens>()
  const keyOf = ({ id, endedAt }: Ended): string => `${String(id)} ${endedAt ?? ''}`
  const add = (run: Ended, lens: RunLens): void => {
    found.delete(keyOf(run))
    found.set(keyOf(run), lens)
    for (const key of found.keys()) if (found.size > KEPT) found.delete(key)
  }
  return {
    get(run) {
      const lens = found.get(keyOf(run))
      if (lens) add(run, lens)
      return lens
    },
    add,
  }
}
