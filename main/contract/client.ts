// The client's end of a connection: waits for the greeting, sends calls, and hands each answer to its call.
import { errorOf, StudioError, studioError } from './errors/index.ts'
import {
  answerBounds,
  callOf,
  type ClientMessage,
  decodeMessage,
  encodeMessage,
  PROTOCOL,
  type Receiver,
  requestBounds,
  type ServerMessage,
  type Line,
} from './protocol.ts'
import type { CallOptions, Method, Outputs, Studio } from './service.ts'

export interface Client extends Receiver {
  readonly studio: Studio
  /** Resolves with the service's greeting. Errors: 'run/protocol', 'run/service-closed', and what the service refuses with. */
  readonly greeted: Promise<unknown>
  /** Why calls fail from now on; undefined while they do not. */
  readonly ended: StudioError | undefined
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly onEvent: CallOptions['onEvent']
}

const encode = (message: ClientMessage): Uint8Array => encodeMessage(message, requestBounds)

/** Calls fail with 'run/service-closed' once the connection has closed. `onAnswer`: the service has answered a call. */
export function createClient(line: Line, onAnswer: () => void = () => undefined): Client {
  const pending = new Map<number, Pending>()
  const hello = Promise.withResolvers<undefined>()
  // The connection may close before the caller awaits the greeting: that must not be an unhandled rejection.
  hello.promise.catch(() => undefined)
  let calls = 0
  let greeted = false
  let ended: StudioError | undefined

  const end = (error: StudioError): void => {
    ended ??= error
    hello.reject(ended)
    for (const { reject } of pending.values()) reject(ended)
    pending.clear()
  }
  /** The connection is of no use: whoever waits learns why. */
  const giveUp = (error: StudioError): void => {
    end(error)
    line.close()
  }

  const call = <M extends Method>(
    method: M,
    input: unknown,
    { onEvent, signal }: CallOptions = {},
  ): Promise<Outputs[M]> =>
    new Promise((resolve, reject) => {
      if (ended) throw ended
      const id = ++calls
      const message = encode({ say: 'call', id, method, input })
      pending.set(id, { resolve: resolve as Pending['resolve'], reject, onEvent })
      const cancel = (): void => {
        if (!ended) line.send(encode({ say: 'cancel', id }))
      }
      line.send(message)
      signal?.addEventListener('abort', cancel, { once: true })
      if (signal?.aborted) cancel()
    })

  const greet = ({ protocol, studio }: Extract<ServerMessage, { say: 'hello' }>): void => {
    if (protocol === PROTOCOL) {
      greeted = true
      hello.resolve(undefined)
    } else giveUp(studioError('run/protocol', typeof studio === 'string' ? studio : undefined))
  }

  const forget = (id: number): Pending | undefined => {
    const call = pending.get(id)
    pending.delete(id)
    return call
  }

  const settle = (message: Extract<ServerMessage, { say: 'value' | 'error' }>): void => {
    onAnswer()
    const call = forget(message.id)
    if (message.say === 'value') call?.resolve(message.value)
    else call?.reject(errorOf(message))
  }

  /** What its own receiver throws fails a call, as it would in the service's process; the service need not go on with it. */
  const tell = ({ id, event }: Extract<ServerMessage, { say: 'event' }>): void => {
    try {
      pending.get(id)?.onEvent?.(event)
    } catch (error) {
      forget(id)?.reject(error)
      line.send(encode({ say: 'cancel', id }))
    }
  }

  const receive = (message: ServerMessage): void => {
    if (message.say === 'hello') greet(message)
    else if (message.say === 'refused') giveUp(new StudioError(message.code, message.message))
    else if (!greeted) giveUp(studioError('run/protocol'))
    else if (message.say === 'event') tell(message)
    else settle(message)
  }

  return {
    studio: { call },
    greeted: hello.promise,
    get ended() {
      return ended
    },
    take(bytes) {
      if (ended) return
      let message
      try {
        message = decodeMessage(bytes, answerBounds) as ServerMessage
      } catch {
        const id = callOf(bytes)
        if (id === undefined) giveUp(studioError('run/protocol'))
        else forget(id)?.reject(studioError('run/unreadable'))
        return
      }
      receive(message)
    },
    broken() {
      giveUp(studioError('run/protocol'))
    },
    closed() {
      end(studioError('run/service-closed'))
    },
  }
}
