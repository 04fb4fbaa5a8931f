// Supervises one job in one compute process: events in order, acknowledgement after commit, stop = ask, wait, kill.
import type { ComputeEvent, ServeRequest, WireJob } from '../../contract/compute.ts'
import type { ComputeChild, SpawnCompute } from './child.ts'
import { type Bounds, usualBounds, watch } from './watchdog.ts'

type Done = Omit<Extract<ComputeEvent, { readonly event: 'done' }>, 'event'>

export type JobResult =
  | ({ readonly end: 'done' } & Done)
  | { readonly end: 'failed'; readonly code: string; readonly message: string }
  /** The process died before it reported an end; `silent`: seconds without an answer after which it was ended as it hung. */
  | { readonly end: 'crashed'; readonly how: string; readonly silent?: number }

export interface SupervisedJob {
  readonly result: Promise<JobResult>
  /** Asks for an end after the current step; kills when it does not come in time. */
  stop(): void
  /** Asks a tune job to end its training and evaluate the best prompt so far. */
  keep(): void
  /** Asks a serve job. */
  ask(request: ServeRequest): void
  kill(): void
}

/** Milliseconds that a stop waits at least; more where four times the longest silence between two events is longer. */
const STOP_MS = 15_000
/** Milliseconds that a process may take to exit after its last event. */
const EXIT_MS = 5_000

export interface Supervision {
  readonly bounds?: Bounds
  /** Called once where the process falls silent, long before it is ended: others should not wait for it. */
  readonly onSuspect?: () => void
}

/**
 * Runs the job. `onEvent` is awaited event by event, in order; a checkpoint is acknowledged when it returns.
 * The result rejects only with what `onEvent` throws; the process is gone by then.
 */
export function supervise(
  spawn: SpawnCompute,
  job: WireJob,
  onEvent: (event: ComputeEvent) => Promise<void> | void,
  { bounds = usualBounds, onSuspect = () => undefined }: Supervision = {},
): SupervisedJob {
  const child = spawn()
  let silent: number | undefined
  const onHang = (milliseconds: number): void => {
    silent = Math.max(1, Math.round(milliseconds / 1000))
    child.kill()
  }
  const watchdog = watch(job.kind, bounds, { onSuspect, onHang })
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
      watchdog.heard(event)
      if (event.event === 'alive') return
      patience.onEvent(event)
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
        watchdog.end()
        if (failure) reject(failure.error as Error)
        else resolve(last ?? crashed(how, silent))
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
    ask: (request) => {
      child.send(request)
    },
    kill: () => {
      child.kill()
    },
  }
}

const crashed = (how: string, silent: number | undefined): JobResult =>
  silent === undefined
    ? { end: 'crashed', how }
    : { end: 'crashed', how: `it did not answer for ${String(silent)} seconds and was ended`, silent }

/**
 * Asks a child to stop, and kills it where it does not in time. One with steps that no checkpoint has yet is waited for,
 * however long its step or validation takes: a checkpoint was promised, and the watchdog ends what hangs.
 */
function createPatience(child: ComputeChild) {
  let heard = performance.now()
  let longestSilence = 0
  let unsaved = false
  let stopping: NodeJS.Timeout | undefined
  const wait = (): NodeJS.Timeout =>
    setTimeout(
      () => {
        if (unsaved) stopping = wait()
        else child.kill()
      },
      Math.max(STOP_MS, 4 * longestSilence),
    )
  return {
    onEvent: ({ event }: ComputeEvent) => {
      const now = performance.now()
      longestSilence = Math.max(longestSilence, now - heard)
      heard = now
      if (event === 'step') unsaved = true
      else if (event === 'checkpoint') unsaved = false
      if (event !== 'checkpoint' || stopping === undefined) return
      clearTimeout(stopping)
      stopping = wait()
    },
    stop: () => {
      child.send({ request: 'stop' })
      stopping ??= wait()
    },
    end: () => {
      clearTimeout(stopping)
    },
  }
}
