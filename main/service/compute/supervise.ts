// Supervises one job in one compute process: events in order, acknowledgement after commit, stop = ask, wait, kill.
import type { ComputeEvent, WireJob } from '../../contract/compute.ts'
import type { ComputeChild, SpawnCompute } from './child.ts'

type Done = Omit<Extract<ComputeEvent, { readonly event: 'done' }>, 'event'>

export type JobResult =
  | ({ readonly end: 'done' } & Done)
  | { readonly end: 'failed'; readonly code: string; readonly message: string }
  /** The process died before it reported an end. */
  | { readonly end: 'crashed'; readonly how: string }

export interface SupervisedJob {
  readonly result: Promise<JobResult>
  /** Asks for an end after the current step; kills when it does not come in time. */
  stop(): void
  /** Asks a tune job to end its training and evaluate the best prompt so far. */
  keep(): void
  kill(): void
}

/** Milliseconds that a stop waits at least; more where four times the longest silence between two events is longer. */
const STOP_MS = 15_000
/** Milliseconds that a process may take to exit after its last event. */
const EXIT_MS = 5_000

/**
 * Runs the job. `onEvent` is awaited event by event, in order; a checkpoint is acknowledged when it returns.
 * The result rejects only with what `onEvent` throws; the process is gone by then.
 */
export function supervise(
  spawn: SpawnCompute,
  job: WireJob,
  onEvent: (event: ComputeEvent) => Promise<void> | void,
): SupervisedJob {
  const child = spawn()
  const patience = createPatience(child)
  let last: JobResult | undefined
  let failure: { readonly error: unknown } | undefined
  let handled = Promise.resolve()

  const handle = async (event: ComputeEvent): Promise<void> => {
    if (failure) return
    if (event.event === 'done') last = { ...event, end: 'done' }
    else if (event.event === 'failed') last = { ...event, end: 'failed' }
    else await onEvent(event)
    if (event.event === 'checkpoint') child.send({ request: 'acknowledge', id: event.id })
    if (last)
      setTimeout(() => {
        child.kill()
      }, EXIT_MS).unref()
  }

  const result = new Promise<JobResult>((resolve, reject) => {
    child.onEvent((event) => {
      patience.onEvent()
      handled = handled
        .then(() => handle(event))
        .catch((error: unknown) => {
          failure = { error }
          child.kill()
        })
    })
    child.onExit(({ how }) => {
      void handled.then(() => {
        patience.end()
        if (failure) reject(failure.error as Error)
        else resolve(last ?? { end: 'crashed', how })
      })
    })
  })
  child.send({ request: 'start', job })
  return {
    result,
    stop: patience.stop,
    keep: () => {
      child.send({ request: 'keep' })
    },
    kill: () => {
      child.kill()
    },
  }
}

/** Asks a child to stop, and kills it where it does not in time. */
function createPatience(child: ComputeChild) {
  let heard = performance.now()
  let longestSilence = 0
  let stopping: NodeJS.Timeout | undefined
  return {
    onEvent: () => {
      const now = performance.now()
      longestSilence = Math.max(longestSilence, now - heard)
      heard = now
    },
    stop: () => {
      child.send({ request: 'stop' })
      stopping ??= setTimeout(
        () => {
          child.kill()
        },
        Math.max(STOP_MS, 4 * longestSilence),
      )
    },
    end: () => {
      clearTimeout(stopping)
    },
  }
}
