// Starts test/support/host.ts as a real process and listens to it.
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { HostMessage, HostOrder } from './host.ts'

const script = fileURLToPath(new URL('host.ts', import.meta.url))

export interface HostProcess {
  readonly child: ChildProcess
  readonly messages: readonly HostMessage[]
  /** Resolves with the first message that fits, past ones included; rejects where the process ends without it. */
  until(fits: (message: HostMessage) => boolean): Promise<HostMessage>
  /** Resolves when the process and its channel are gone. */
  readonly gone: Promise<void>
}

/** `compute`: the entry file of its compute processes. */
export function startHost(home: string, compute: string, order: HostOrder): HostProcess {
  const child = fork(script, [home, compute, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  })
  const messages: HostMessage[] = []
  let errors = ''
  let looking: (() => void)[] = []
  let closed = false
  const look = () => {
    for (const check of looking) check()
  }
  child.stderr?.on('data', (text: Buffer) => (errors += text.toString()))
  child.on('message', (message) => {
    messages.push(message as HostMessage)
    look()
  })
  const gone = new Promise<void>((resolve) => {
    child.on('close', () => {
      closed = true
      look()
      resolve()
    })
  })
  return {
    child,
    messages,
    gone,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = messages.find(fits)
          if (found) resolve(found)
          else if (closed) reject(new Error(`the host ended without it: ${errors}`))
          else return
          looking = looking.filter((other) => other !== check)
        }
        looking.push(check)
        check()
      }),
  }
}
