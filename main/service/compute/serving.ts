// Runs one short job whose caller waits for it: its events, its end, and its cancellation.
import type { ComputeEvent, WireJob } from '../../contract/compute.ts'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { CallContext, ServiceContext } from '../context.ts'
import { supervise } from './supervise.ts'

/** Whether the process stays for the next job: for kinds of job that a person repeats on the same model. */
const stays: { readonly [K in WireJob['kind']]: boolean } = {
  hardware: false,
  prepare: false,
  preflight: false,
  tune: false,
  preview: true,
  render: true,
  score: true,
  label: true,
  inspect: true,
  generate: true,
  serve: false,
}

/** Resolves when the job is done. Errors: the job's own, 'run/crashed', 'compute/silent', 'run/cancelled'. */
export function serveJob(
  { serve, spawn, warm, bounds }: ServiceContext,
  { emit, signal }: CallContext,
  job: WireJob,
  onEvent: (event: ComputeEvent) => void,
): Promise<void> {
  return serve(async (onSuspect) => {
    if (signal.aborted) throw studioError('run/cancelled')
    const hear = (event: ComputeEvent): void => {
      if (event.event === 'progress' || event.event === 'token' || event.event === 'warning') emit(event)
      onEvent(event)
    }
    const supervised = supervise(stays[job.kind] ? warm : spawn, job, hear, { bounds, onSuspect })
    // A cancelled job has no checkpoint to write, so its process is killed at once.
    const cancel = () => {
      supervised.kill()
    }
    signal.addEventListener('abort', cancel)
    const result = await supervised.result.finally(() => {
      signal.removeEventListener('abort', cancel)
    })
    if (signal.aborted) throw studioError('run/cancelled')
    if (result.end === 'failed') throw new StudioError(result.code, result.message)
    if (result.end === 'crashed' && result.silent !== undefined) throw studioError('compute/silent', result.silent)
    if (result.end === 'crashed') throw studioError('run/crashed', result.how, '')
  })
}

type EventOf<K extends ComputeEvent['event']> = Extract<ComputeEvent, { readonly event: K }>

/** As `serveJob`, for the job's last event of a kind. Errors: those of `serveJob`, 'run/failed' where there was none. */
export async function serveForEvent<K extends ComputeEvent['event']>(
  context: ServiceContext,
  call: CallContext,
  job: WireJob,
  kind: K,
): Promise<EventOf<K>> {
  let found = undefined as EventOf<K> | undefined
  await serveJob(context, call, job, (event) => {
    if (event.event === kind) found = event as EventOf<K>
  })
  if (!found) throw studioError('run/failed', `compute sent no ${kind}`)
  return found
}
