// A compute process as the service sees it, and how a host on plain Node forks one.
import { type ComputeEvent, type ComputeRequest, PARENT } from '../../contract/compute.ts'
import { forkPiped } from '../../engine/pipe.ts'

/** How a compute process ended: exit code or signal, and the last line that it wrote to its error stream. */
export interface ComputeExit {
  readonly how: string
}

export interface ComputeChild {
  send(request: ComputeRequest): void
  onEvent(listener: (event: ComputeEvent) => void): void
  /** Called once, after the last event. */
  onExit(listener: (exit: ComputeExit) => void): void
  kill(): void
  readonly pid: number | undefined
}

/** Hosts hand this to the service: a fresh compute process for each job. */
export type SpawnCompute = () => ComputeChild

const TAIL = 4000

/**
 * Lets glibc's malloc keep what a step frees for the next one, in one heap: a step allocates the same gigabyte again, and
 * pages that go back to the system are zeroed and mapped anew each time (15 % of a step's time; the peak stays the
 * same). Other C libraries know none of these. Source: mallopt(3).
 */
export const allocatorSettings = {
  MALLOC_ARENA_MAX: '1',
  MALLOC_MMAP_THRESHOLD_: String(32 << 20),
  MALLOC_TRIM_THRESHOLD_: String(2 ** 40),
  MALLOC_TOP_PAD_: String(64 << 20),
} as const

/** Spawns compute processes from an entry file with this process's own Node. */
export const forkCompute =
  (entry: string): SpawnCompute =>
  () => {
    let hear: (event: ComputeEvent) => void = () => undefined
    const env = { ...allocatorSettings, ...process.env, [PARENT]: String(process.pid) }
    const { child, send } = forkPiped(entry, { env, errors: 'pipe' }, (value) => {
      hear(value as ComputeEvent)
    })
    let errors = ''
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      errors = (errors + text).slice(-TAIL)
    })
    return {
      pid: child.pid,
      send,
      onEvent: (listener) => {
        hear = listener
      },
      onExit: (listener) => {
        const once = (how: string) => {
          child.removeAllListeners('close').removeAllListeners('error')
          listener({ how })
        }
        // 'close' comes when the line's last message and the error stream have been read.
        child.on('close', (code, signal) => {
          once(describe(code, signal, errors))
        })
        child.on('error', (error) => {
          once(error.message)
        })
      },
      kill: () => void child.kill('SIGKILL'),
    }
  }

function describe(code: number | null, signal: string | null, errors: string): string {
  const lines = errors.split('\n').filter((line) => line.trim() !== '')
  const error = lines.findLast((line) => /error|abort|memory/i.test(line)) ?? lines.at(-1)
  const how = signal ?? `exit code ${String(code)}`
  return error === undefined ? how : `${how}: ${error.trim().slice(0, 200)}`
}
