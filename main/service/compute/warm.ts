// A compute process that stays warm between short jobs, so that a playground does not open the model for every answer.
import type { ComputeEvent } from '../../contract/compute.ts'
import type { ComputeChild, ComputeExit, SpawnCompute } from './child.ts'

export interface Warm {
  /** Like spawning a fresh process for one job, one at a time; the real process stays for the next job where this one ends well. */
  readonly spawn: SpawnCompute
  close(): void
}

/** The job that has a process now. */
interface Tenant {
  event: (event: ComputeEvent) => void
  exit: (exit: ComputeExit) => void
}

interface Kept {
  readonly child: ComputeChild
  tenant: Tenant | undefined
}

/** `idle`: milliseconds after its last job at which the process is ended, and its memory given back. */
export function createWarm(spawn: SpawnCompute, idle: number): Warm {
  let kept: Kept | undefined
  let bedtime: NodeJS.Timeout | undefined

  const end = (): void => {
    clearTimeout(bedtime)
    kept?.child.kill()
    kept = undefined
  }
  /** The job is over: for whoever waits for its process to end, it has. */
  const leave = (own: Kept, how: string): void => {
    const left = own.tenant
    own.tenant = undefined
    left?.exit({ how })
  }
  /** The process stays where its job ended well and no other one is kept: one whose job has failed is not trusted. */
  const settle = (own: Kept, well: boolean): void => {
    if (own !== kept) own.child.kill()
    else if (well) bedtime = setTimeout(end, idle).unref()
    else end()
    leave(own, well ? 'done' : 'failed')
  }

  function start(): Kept {
    const own: Kept = { child: spawn(), tenant: undefined }
    own.child.onEvent((event) => {
      // What comes after a kill is nobody's.
      if (!own.tenant) return
      own.tenant.event(event)
      if (event.event === 'done' || event.event === 'failed') settle(own, event.event === 'done')
    })
    own.child.onExit(({ how }) => {
      if (kept === own) kept = undefined
      leave(own, how)
    })
    return own
  }

  return {
    spawn: () => {
      clearTimeout(bedtime)
      // A job that hangs keeps its process for itself.
      const own = kept && !kept.tenant ? kept : start()
      kept = own
      const mine: Tenant = { event: () => undefined, exit: () => undefined }
      own.tenant = mine
      return lent(own.child, mine, () => own.tenant === mine)
    },
    close: end,
  }
}

/** The process as one job sees it: it takes nothing more once the job is over. */
const lent = (child: ComputeChild, tenant: Tenant, isUnderWay: () => boolean): ComputeChild => ({
  pid: child.pid,
  send: (request) => {
    if (isUnderWay()) child.send(request.request === 'start' ? { ...request, stay: true } : request)
  },
  onEvent: (listener) => {
    tenant.event = listener
  },
  onExit: (listener) => {
    tenant.exit = listener
  },
  kill: () => {
    if (isUnderWay()) child.kill()
  },
})
