// The messages between a client and the service, over a local socket, a websocket or a message port.
import { StudioError, studioError } from './errors/index.ts'
import type { CallOptions, Method, Outputs, Studio, StudioEvent } from './service.ts'

/** Changes with every change of the contract that an older client would not understand. */
export const PROTOCOL = 2

export type ClientMessage =
  | { readonly say: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly say: 'cancel'; readonly id: number }

export type ServerMessage =
  | { readonly say: 'hello'; readonly protocol: number }
  | { readonly say: 'event'; readonly id: number; readonly event: StudioEvent }
  | { readonly say: 'value'; readonly id: number; readonly value: unknown }
  | { readonly say: 'error'; readonly id: number; readonly code: string; readonly message: string }

/** One end of a connection: receives the other end's messages, and learns when the connection closes. */
export interface Receiver<M> {
  take(message: M): void
  closed(): void
}

export interface Client extends Receiver<ServerMessage> {
  readonly studio: Studio
  /** Resolves with the service's greeting. Errors: 'run/protocol', 'run/service-closed'. */
  readonly greeted: Promise<unknown>
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly onEvent: CallOptions['onEvent']
}

/** The client's end of a connection. Calls fail with 'run/service-closed' once it has closed. */
export function createClient(send: (message: ClientMessage) => void): Client {
  const pending = new Map<number, Pending>()
  const hello = Promise.withResolvers<undefined>()
  // The connection may close before the caller awaits the greeting: that must not be an unhandled rejection.
  hello.promise.catch(() => undefined)
  let calls = 0
  let open = true

  const call = <M extends Method>(
    method: M,
    input: unknown,
    { onEvent, signal }: CallOptions = {},
  ): Promise<Outputs[M]> =>
    new Promise((resolve, reject) => {
      if (!open) {
        reject(studioError('run/service-closed'))
        return
      }
      const id = ++calls
      pending.set(id, { resolve: resolve as Pending['resolve'], reject, onEvent })
      const cancel = (): void => {
        send({ say: 'cancel', id })
      }
      signal?.addEventListener('abort', cancel, { once: true })
      send({ say: 'call', id, method, input })
      if (signal?.aborted) cancel()
    })

  return {
    studio: { call },
    greeted: hello.promise,
    take(message) {
      if (message.say === 'hello') {
        if (message.protocol === PROTOCOL) hello.resolve(undefined)
        else hello.reject(studioError('run/protocol'))
        return
      }
      const found = pending.get(message.id)
      if (message.say === 'event') {
        found?.onEvent?.(message.event)
        return
      }
      pending.delete(message.id)
      if (message.say === 'value') found?.resolve(message.value)
      else found?.reject(new StudioError(message.code, message.message))
    },
    closed() {
      open = false
      hello.reject(studioError('run/service-closed'))
      for (const { reject } of pending.values()) reject(studioError('run/service-closed'))
      pending.clear()
    },
  }
}

/** The service's end of a connection: greets, answers calls, and aborts them when the client cancels or disconnects. */
export function answerClient(studio: Studio, send: (message: ServerMessage) => void): Receiver<ClientMessage> {
  const calls = new Map<number, AbortController>()

  const answer = async (id: number, method: string, input: unknown): Promise<void> => {
    const abort = new AbortController()
    calls.set(id, abort)
    const onEvent = (event: StudioEvent): void => {
      send({ say: 'event', id, event })
    }
    try {
      const value = await studio.call(method as Method, input as never, { onEvent, signal: abort.signal })
      send({ say: 'value', id, value })
    } catch (error) {
      const { code, message } = error instanceof StudioError ? error : studioError('run/failed', String(error))
      send({ say: 'error', id, code, message })
    } finally {
      calls.delete(id)
    }
  }

  send({ say: 'hello', protocol: PROTOCOL })
  return {
    take(message) {
      if (message.say === 'call') void answer(message.id, message.method, message.input)
      else calls.get(message.id)?.abort()
    },
    closed() {
      for (const abort of calls.values()) abort.abort()
    },
  }
}
