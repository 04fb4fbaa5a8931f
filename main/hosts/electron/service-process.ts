// Keeps the service running in a process of its own: starts it again when it dies, until it dies too often.
import { startAt } from '../../service/studio/programs.ts'
import type { Budget } from './budget.ts'

/** A process of the service, as this file sees it. */
export interface ServiceChild {
  readonly pid: number | undefined
  /** Once, when it answers. */
  onReady(listener: () => void): void
  /** While it ends, about once a second: it is alive, and writes checkpoints. */
  onAlive(listener: () => void): void
  /** Called once, with the last line of its error stream, or else its exit code or signal. */
  onExit(listener: (how: string) => void): void
  /** Asks it to end; it first stops runs after their current step. */
  end(): void
  kill(): void
}

export interface ServiceProcess {
  /** Resolves when it answers for the first time. */
  readonly ready: Promise<void>
  /** Resolves when the process is gone, its checkpoints written. */
  close(): Promise<void>
}

export interface Keeping {
  readonly start: () => ServiceChild
  readonly budget: Budget
  /** Asks a person about a service that has died too often; true = start it again. */
  readonly ask: (how: string) => Promise<boolean>
  /** Nobody wants another try. */
  readonly giveUp: () => void
}

/** Bounds of a close. */
export interface CloseLimits {
  /** Milliseconds in all: a run may need them to finish its step and write its checkpoint. */
  readonly whole: number
  /** Milliseconds without a sign of life: it hangs. */
  readonly silence: number
  /** Milliseconds that the system may need to end what has been killed. */
  readonly kill: number
}

const closeLimits: CloseLimits = { whole: 30_000, silence: 10_000, kill: 2_000 }

export function keepService(
  { start, budget, ask, giveUp }: Keeping,
  limits: CloseLimits = closeLimits,
): ServiceProcess {
  const ready = Promise.withResolvers<undefined>()
  let child: ServiceChild | undefined
  let gone: (() => void) | undefined
  let closing = false

  const died = async (how: string): Promise<void> => {
    child = undefined
    gone?.()
    if (closing) return
    const wait = budget.spend()
    if (wait === undefined) {
      if (!(await ask(how))) {
        giveUp()
        return
      }
      budget.reset()
    } else await new Promise((resolve) => setTimeout(resolve, wait))
    launch()
  }

  const launch = (): void => {
    if (closing) return
    child = start()
    child.onReady(() => {
      ready.resolve(undefined)
    })
    child.onExit((how) => void died(how))
  }

  launch()
  return {
    ready: ready.promise,
    close: async () => {
      closing = true
      const last = child
      if (!last) return
      const ended = new Promise<void>((resolve) => (gone = resolve))
      await endWithin(last, ended, limits)
    },
  }
}

/** Asks it to end, and kills it where it hangs or takes too long; resolves within the limits whatever happens. */
async function endWithin(child: ServiceChild, ended: Promise<void>, limits: CloseLimits): Promise<void> {
  const kill = (): void => {
    child.kill()
  }
  const whole = setTimeout(kill, limits.whole)
  const silence = setTimeout(kill, limits.silence)
  child.onAlive(() => {
    silence.refresh()
  })
  child.end()
  const late = new Promise<void>((resolve) => setTimeout(resolve, limits.whole + limits.kill).unref())
  await Promise.race([ended, late])
  clearTimeout(whole)
  clearTimeout(silence)
}

/** A warning of Node is not what the service said last. */
const quietNode = ['--disable-warning=ExperimentalWarning']

const TAIL = 2000

/** Starts the service on the plain Node that comes along: Electron's own never runs ONNX Runtime. */
export function spawnService(node: string, entry: string, home: string): ServiceChild {
  const child = startAt(node, [...quietNode, entry, home], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-TAIL)
  })
  return {
    pid: child.pid,
    onReady: (listener) =>
      void child.once('message', () => {
        listener()
      }),
    onAlive: (listener) =>
      void child.on('message', () => {
        listener()
      }),
    onExit: (listener) => {
      const once = (how: string): void => {
        child.removeAllListeners('close').removeAllListeners('error')
        listener(how)
      }
      child.on('close', (code, signal) => {
        once(said.trim().split('\n').at(-1) || (signal ?? `exit code ${String(code)}`))
      })
      child.on('error', (error) => {
        once(error.message)
      })
    },
    end: () => void (child.connected && child.send('end', () => undefined)),
    kill: () => void child.kill('SIGKILL'),
  }
}
