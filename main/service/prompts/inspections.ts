// What the inspection found in runs' prompts, kept while the service runs: finding it again takes a while, keeping it little.
import type { RunRecord } from '../../contract/records.ts'
import type { RunInspection } from '../../contract/service.ts'

type Ended = Pick<RunRecord, 'id' | 'endedAt'>

/** Runs whose findings are kept; that of the one asked for longest ago makes way. */
const KEPT = 50

export interface Inspections {
  /** Undefined where it was not found, or the run has gone on since. */
  get(run: Ended): RunInspection | undefined
  add(run: Ended, found: RunInspection): void
}

export function createInspections(): Inspections {
  const found = new Map<string, RunInspection>()
  const keyOf = ({ id, endedAt }: Ended): string => `${String(id)} ${endedAt ?? ''}`
  const add = (run: Ended, inspection: RunInspection): void => {
    found.delete(keyOf(run))
    found.set(keyOf(run), inspection)
    for (const key of found.keys()) if (found.size > KEPT) found.delete(key)
  }
  return {
    get(run) {
      const inspection = found.get(keyOf(run))
      if (inspection) add(run, inspection)
      return inspection
    },
    add,
  }
}
