// A compute process that stays warm between short jobs, so that a playground does not open the model for every answer.
import type { ComputeEvent } from '../../contract/compute.ts'
import type { ComputeChild, ComputeExit, SpawnCompute } from './child.ts'

export interface Warm {
  /** Like spawning a fresh process for one job, one at a time; the real process stays for the next job where this one ends well. */
  readonly spawn: SpawnCompute
  close(): void
}

/** The job that has the process now. */
interface Tenant {
  event: (event: ComputeEvent) => void
  exit: (exit: ComputeExit) => void
}

/** `idle`: milliseconds after its last job at which the process is ended, and its memory given back. */
export function createWarm(spawn: SpawnCompute, idle: number): Warm {
  let process: ComputeChild | undefined
  let tenant: Tenant | undefined
  let bedtime: NodeJS.Timeout | undefined

  const end = (): void => {
    clearTimeout(bedtime)
    process?.kill()
    process = undefined
  }
  /** The job is over: for whoever waits for its process to end, it has. */
  const leave = (how: string): void => {
    const left = tenant
    tenant = undefined
    left?.exit({ how })
  }

  function start(): ComputeChild {
    const started = spawn()
    started.onEvent((event) => {
      if (process !== started) return
      tenant?.event(event)
      if (event.event === 'done') {
        bedtime = setTimeout(end, idle).unref()
        leave('done')
      } else if (event.event === 'failed') {
        // A process whose job has failed is not trusted with another.
        end()
        leave('failed')
      }
    })
    started.onExit(({ how }) => {
      if (process === started) process = undefined
      if (process === undefined) leave(how)
    })
    return started
  }

  return {
    spawn: () => {
      clearTimeout(bedtime)
      const child = (process ??= start())
      const mine: Tenant = { event: () => undefined, exit: () => undefined }
      tenant = mine
      return lent(child, mine, () => tenant === mine)
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
