// A run that is queued or under way: who follows it, how its owner wants it to end, and the job that computes it.
import type { Outlook } from '../../contract/outlook.ts'
import type { RunRecord } from '../../contract/records.ts'
import type { StudioEvent } from '../../contract/service.ts'
import { type Broadcast, createBroadcast } from '../broadcast.ts'
import type { SupervisedJob } from '../compute/supervise.ts'
import type { Tracker } from './outlook.ts'

/** stop = pause with a checkpoint, keep = end training and evaluate the best prompt, discard = remove the run. */
export type WantedEnd = 'stop' | 'keep' | 'discard'

export interface ActiveRun {
  readonly run: RunRecord
  /** Step after which the run pauses; undefined = it does not. */
  readonly until: number | undefined
  readonly events: Broadcast<StudioEvent>
  wanted: WantedEnd | undefined
  job: SupervisedJob | undefined
  /** Undefined before its process starts. */
  tracker: Tracker | undefined
}

export interface Taking {
  /** Step after which the run pauses. */
  readonly until?: number | undefined
  /** Whether it only has to be evaluated, with the best prompt so far. */
  readonly keep?: boolean
}

export const createActiveRun = (run: RunRecord, { until, keep = false }: Taking): ActiveRun => ({
  run,
  until,
  events: createBroadcast({ replay: true }),
  wanted: keep ? 'keep' : undefined,
  job: undefined,
  tracker: undefined,
})

/** The record of a run that waits for its turn, once more or for the first time. */
export const queuedAgain = (run: RunRecord): RunRecord => ({
  ...run,
  state: 'queued',
  error: undefined,
  endedAt: undefined,
})

export const endsUnevaluated = ({ wanted }: ActiveRun): boolean => wanted === 'stop' || wanted === 'discard'

/** Passes the owner's wish on to the job, where one has started. */
export function urge({ job, wanted, tracker }: ActiveRun): void {
  if (wanted === 'stop') job?.stop()
  else if (wanted === 'discard') job?.kill()
  else if (wanted === 'keep') {
    job?.keep()
    tracker?.keep()
  }
}

export const outlookOf = ({ tracker }: ActiveRun): Outlook | undefined => tracker?.at(performance.now())
