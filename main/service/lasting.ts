// A connection that outlives the service it is attached to: when that ends, another host's or this process's takes over.
import { type Connection, connect, type ConnectOptions } from './connect.ts'

/** As `connect`; `onChange` is called when the service has changed: calls under way have failed by then. */
export async function connectLasting(
  folder: string,
  options: ConnectOptions,
  onChange: () => void = () => undefined,
): Promise<Connection> {
  const lasting = { ...options, goOn: true }
  let current = await connect(folder, lasting)
  let closing = false

  const follow = async ({ attached, call }: Connection): Promise<void> => {
    if (!attached) return
    // This call ends with the service; its events are not needed here.
    await call('studio.watch', {}).catch(() => undefined)
    if (closing) return
    current = await connect(folder, lasting)
    onChange()
    await follow(current)
  }
  // Where nobody can take over, calls go on failing with 'run/service-closed'.
  const following = follow(current).catch(() => undefined)

  return {
    get attached() {
      return current.attached
    },
    call: (method, input, callOptions) => current.call(method, input, callOptions),
    idle: () => current.idle(),
    close: async () => {
      closing = true
      await current.close()
      await following
    },
  }
}
