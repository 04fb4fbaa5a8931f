// Caches prompt inspections while the service runs: one takes seconds to compute and little memory to keep.
import type { RunRecord } from '../../contract/records.ts'
import type { RunInspection } from '../../contract/service.ts'

type Ended = Pick<RunRecord, 'id' | 'endedAt'>

/** Inspections cached at most; the least recently used one is dropped. */
const MAX_INSPECTIONS = 50

export interface Inspections {
  /** Undefined where the run was not inspected, or has been resumed since. */
  get(run: Ended): RunInspection | undefined
  add(run: Ended, found: RunInspection): void
}

export function createInspections(): Inspections {
  const found = new Map<string, RunInspection>()
  const keyOf = ({ id, endedAt }: Ended): string => `${String(id)} ${endedAt ?? ''}`
  const add = (run: Ended, inspection: RunInspection): void => {
    found.delete(keyOf(run))
    found.set(keyOf(run), inspection)
    for (const key of found.keys()) if (found.size > MAX_INSPECTIONS) found.delete(key)
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
