// Keeps the service running in a process of its own: starts it again when it dies, until it dies too often.
import { startAt } from '../../service/studio/programs.ts'
import type { Budget } from './budget.ts'

/** A process of the service, as this file sees it. */
export interface ServiceChild {
  /** Once, when it answers. */
  onReady(listener: () => void): void
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

/** Milliseconds that a run may need to finish its step and write its checkpoint. */
const CLOSE_MS = 30_000

export function keepService({ start, budget, ask, giveUp }: Keeping): ServiceProcess {
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
      last.end()
      const timer = setTimeout(() => {
        last.kill()
      }, CLOSE_MS)
      await ended
      clearTimeout(timer)
    },
  }
}

const TAIL = 2000

/** Starts the service on the plain Node that comes along: Electron's own never runs ONNX Runtime. */
export function spawnService(node: string, entry: string, home: string): ServiceChild {
  const child = startAt(node, [entry, home], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], windowsHide: true })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-TAIL)
  })
  return {
    onReady: (listener) =>
      void child.once('message', () => {
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
