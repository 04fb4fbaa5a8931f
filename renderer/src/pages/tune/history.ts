// The history of a run, merged from its record and from its events, which may overlap.
import type { StepMetrics } from '../../../../main/contract/compute.ts'
import type { Measured } from '../../../../main/contract/metrics.ts'
import type { NoteRecord, ValidationRecord } from '../../../../main/contract/records.ts'
import type { RunDetails, StudioEvent } from '../../../../main/contract/service.ts'

export interface RunHistory {
  /** The metrics of the steps, in ascending order. */
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
  /** The messages in the order in which they arrived. */
  readonly notes: readonly NoteRecord[]
  /** What the model alone answers on the validation set; undefined where it was not measured. */
  readonly untuned: Measured | undefined
}

export interface Collector {
  /** Merges the record of a run, which replaces the events of the same steps. */
  load(details: Pick<RunDetails, 'steps' | 'validations' | 'notes' | 'untuned'>): void
  add(event: StudioEvent): void
  now(): RunHistory
}

export function createCollector(): Collector {
  // JavaScript keeps integer keys in ascending order, so the steps need no sorting.
  const steps: Record<number, StepMetrics> = {}
  const validations: Record<number, ValidationRecord> = {}
  let notes: readonly NoteRecord[] = []
  let untuned: Measured | undefined

  return {
    load(details) {
      for (const step of details.steps) steps[step.step] = step
      for (const validation of details.validations) validations[validation.step] = validation
      notes = details.notes
      untuned = details.untuned
    },
    add(event) {
      if (event.event === 'step') steps[event.step] = event
      else if (event.event === 'validation') validations[event.step] = event
      else if (event.event === 'untuned') untuned = event
      else if (event.event === 'warning') notes = [...notes, event]
    },
    now: () => ({ steps: Object.values(steps), validations: Object.values(validations), notes, untuned }),
  }
}

export interface RunProgress {
  readonly stage: string
  readonly done: number
  readonly total: number
}

/** Long work other than steps. KV precompute goes on between two steps; all other work is over once a step comes. */
export function progressAfter(progress: RunProgress | undefined, event: StudioEvent): RunProgress | undefined {
  if (event.event === 'progress') return event
  if (event.event === 'evaluation') return undefined
  if (event.event !== 'step' || !progress) return progress
  return progress.done === 0 || progress.done >= progress.total ? undefined : progress
}
