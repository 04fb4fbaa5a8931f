// A connection that outlives the service it is attached to: when that ends, another host's or this process's takes over.
import { setTimeout } from 'node:timers/promises'
import { createBackOff } from '../contract/back-off.ts'
import { type Connection, connect, type ConnectOptions } from './connect.ts'
import { createLog } from './log.ts'

/** As `connect`; `onChange` is called when the service has changed: calls under way have failed by then. */
export async function connectLasting(
  folder: string,
  options: ConnectOptions,
  onChange: () => void = () => undefined,
): Promise<Connection> {
  const lasting = { ...options, goOn: true }
  const log = createLog('Following the service')
  const backOff = createBackOff()
  const closing = new AbortController()
  const { signal } = closing
  let current = await connect(folder, lasting)

  /** Where nobody can take over, calls fail with 'run/service-closed' until somebody can. */
  const takeOver = async (): Promise<void> => {
    while (!signal.aborted)
      try {
        await setTimeout(backOff.next(), undefined, { signal })
        const next = await connect(folder, lasting)
        if (signal.aborted) await next.close()
        else {
          current = next
          onChange()
          return
        }
      } catch (error) {
        if (!signal.aborted) log(error)
      }
  }

  const follow = async (): Promise<void> => {
    while (current.attached && !signal.aborted) {
      // This call ends with the service; its events are not needed here.
      await current.call('studio.watch', {}).catch(log)
      await current.close()
      await takeOver()
    }
  }
  const following = follow().catch(log)

  return {
    get attached() {
      return current.attached
    },
    call: async (method, input, callOptions) => {
      const value = await current.call(method, input, callOptions)
      backOff.reset()
      return value
    },
    idle: () => current.idle(),
    close: async () => {
      closing.abort()
      await current.close()
      await following
    },
  }
}
