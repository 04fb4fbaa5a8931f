// The compute process's side of the messages: takes a job, streams its events, ends with it or stays for another.
import { dirname } from 'node:path'
import type { Checkpoint, ComputeEvent, ComputeRequest, Job, WireJob } from '../contract/compute.ts'
import type { PreparedModel } from '../contract/model.ts'
import { isFull } from '../contract/errors/causes.ts'
import { StudioError, studioError } from '../contract/errors/index.ts'
import { openPipe } from '../engine/pipe.ts'
import { giveWay } from '../engine/runtime/priority.ts'
import { dieWithParent } from './die-with-parent.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { lendModel } from './lent-runner.ts'

/** How a job reports its events, and learns that it should end. */
export interface JobSink {
  emit(event: ComputeEvent): void
  /** Resolves when the service has written the checkpoint to disk. */
  checkpoint(checkpoint: Checkpoint): Promise<void>
  stopRequested(): boolean
  /** True when training should end now and the best prompt so far be evaluated. */
  keepRequested(): boolean
  /** Aborted when a stop is requested, for work without steps. */
  readonly signal: AbortSignal
  /** What a serve job is asked. */
  readonly inbox: Inbox
}

export type JobOf<K extends Job['kind']> = Extract<Job, { readonly kind: K }>
export type Outcome = Omit<Extract<ComputeEvent, { readonly event: 'done' }>, 'event'>

/** What each kind of job does; a forgotten kind does not compile. */
export type Handlers = { readonly [K in Job['kind']]: (job: JobOf<K>, sink: JobSink) => Promise<Outcome> }

/** Serves this process's parent, one job at a time, until one does not stay. Exits at once where the parent is gone. */
export function serve(handlers: Handlers): void {
  giveWay('awaited')
  let stop = new AbortController()
  const waiting = new Map<number, () => void>()
  let checkpoints = 0
  let keep = false
  const inbox = createInbox()
  const pipe = openPipe((value) => {
    const request = value as ComputeRequest
    answers[request.request](request as never)
  })
  const send = (event: ComputeEvent): void => {
    pipe.send(event)
  }
  const sendLast = (event: ComputeEvent): void => {
    pipe.send(event, () => process.exit(0))
  }
  const sink: JobSink = {
    emit: send,
    checkpoint: (checkpoint) =>
      new Promise((resolve) => {
        const id = ++checkpoints
        waiting.set(id, resolve)
        send({ event: 'checkpoint', id, checkpoint })
      }),
    stopRequested: () => stop.signal.aborted,
    keepRequested: () => keep,
    get signal() {
      return stop.signal
    },
    inbox,
  }
  const answers: {
    readonly [R in ComputeRequest['request']]: (request: Extract<ComputeRequest, { request: R }>) => void
  } = {
    start: ({ job, stay = false }) => {
      stop = new AbortController()
      keep = false
      if (job.kind === 'tune') giveWay('unattended')
      inbox.clear()
      void work(handlers, job, sink, stay ? send : sendLast)
    },
    stop: () => {
      stop.abort()
    },
    keep: () => {
      keep = true
    },
    acknowledge: ({ id }) => {
      waiting.get(id)?.()
      waiting.delete(id)
    },
    load: inbox.put,
    forget: inbox.put,
    ask: inbox.put,
    write: inbox.put,
    drop: inbox.put,
  }
  dieWithParent()
  // Ctrl-C reaches every process of the terminal; whether to stop is the service's decision.
  process.on('SIGINT', () => undefined)
}

/** Milliseconds between two signs of life. */
const ALIVE_MS = 1000

async function work(
  handlers: Handlers,
  job: WireJob,
  sink: JobSink,
  report: (event: ComputeEvent) => void,
): Promise<void> {
  sink.emit({ event: 'alive' })
  const alive = setInterval(sink.emit, ALIVE_MS, { event: 'alive' })
  const failed = (error: unknown): void => {
    report({ event: 'failed', ...asFailure(error) })
  }
  await run(handlers, job, sink)
    .finally(() => {
      clearInterval(alive)
    })
    .then((outcome) => {
      report({ event: 'done', ...outcome })
    })
    .catch(failed)
}

async function run(handlers: Handlers, job: WireJob, sink: JobSink): Promise<Outcome> {
  const opened = ('model' in job ? { ...job, model: await modelOf(job, sink) } : job) as Job
  return handlers[opened.kind](opened as never, sink)
}

/** The job's model, in the precision that its settings name or that it was added in; prepared now where it is not yet. */
function modelOf(job: Extract<WireJob, { readonly model: unknown }>, sink: JobSink): Promise<PreparedModel> {
  // These need the tokenizer alone, so no weights are prepared for them.
  const precision = job.kind === 'preview' || job.kind === 'render' ? undefined : job.settings.precision
  const onProgress = (stage: string, done: number, total: number): void => {
    sink.emit({ event: 'progress', stage, done, total })
  }
  return lendModel(job.model, precision, { onProgress, signal: sink.signal })
}

export function asFailure(error: unknown): { readonly code: string; readonly message: string } {
  const { code, message } = error instanceof StudioError ? error : unexpected(error)
  return { code, message }
}

function unexpected(error: unknown): StudioError {
  const { path = '' } = (error ?? {}) as { readonly path?: string }
  return isFull(error)
    ? studioError('store/disk-full', path === '' ? "the studio's folder" : dirname(path))
    : studioError('run/failed', error instanceof Error ? error.message : String(error))
}
