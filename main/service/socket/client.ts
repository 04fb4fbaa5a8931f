// A studio at the other end of a local socket, with the same calls as one in this process.
import { connect, type Socket } from 'node:net'
import { StudioError, studioError } from '../../contract/errors/index.ts'
import type { CallOptions, Method, Outputs, Studio } from '../../contract/service.ts'
import { encodeFrame, frameReader } from './frames.ts'
import { type ClientMessage, PROTOCOL, type ServerMessage } from './messages.ts'

export interface RemoteStudio extends Studio {
  close(): Promise<void>
}

/** A service that holds the socket but says nothing for so long is taken for dead. */
const HELLO_MS = 5_000

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
  readonly onEvent: CallOptions['onEvent']
}

/** Connects to the service at the address; undefined where none listens. Errors: 'run/protocol'. */
export async function attach(address: string): Promise<RemoteStudio | undefined> {
  const socket = await open(address)
  if (!socket) return undefined
  const pending = new Map<number, Pending>()
  const hello = Promise.withResolvers<undefined>()
  // A socket may close before anybody has asked for the greeting.
  hello.promise.catch(() => undefined)
  const read = frameReader()
  let calls = 0

  const take = (message: ServerMessage): void => {
    if (message.say === 'hello') {
      if (message.protocol === PROTOCOL) hello.resolve(undefined)
      else hello.reject(studioError('run/protocol'))
      return
    }
    const call = pending.get(message.id)
    if (message.say === 'event') call?.onEvent?.(message.event)
    else {
      pending.delete(message.id)
      if (message.say === 'value') call?.resolve(message.value)
      else call?.reject(new StudioError(message.code, message.message))
    }
  }

  socket.on('data', (piece) => {
    try {
      for (const message of read(piece) as ServerMessage[]) take(message)
    } catch {
      hello.reject(studioError('run/protocol'))
      socket.destroy()
    }
  })
  socket.on('close', () => {
    hello.reject(studioError('run/service-closed'))
    for (const { reject } of pending.values()) reject(studioError('run/service-closed'))
    pending.clear()
  })
  const timer = setTimeout(() => {
    socket.destroy()
  }, HELLO_MS)
  try {
    await hello.promise
  } catch (error) {
    socket.destroy()
    // It closed between our connecting and its greeting: nobody is there any more.
    if ((error as StudioError).code === 'run/service-closed') return undefined
    throw error
  } finally {
    clearTimeout(timer)
  }

  const send = (message: ClientMessage): void => void socket.write(encodeFrame(message))
  return {
    call: <M extends Method>(method: M, input: unknown, { onEvent, signal }: CallOptions = {}): Promise<Outputs[M]> =>
      new Promise((resolve, reject) => {
        if (socket.destroyed) {
          reject(studioError('run/service-closed'))
          return
        }
        const id = ++calls
        pending.set(id, { resolve: resolve as Pending['resolve'], reject, onEvent })
        signal?.addEventListener(
          'abort',
          () => {
            send({ say: 'cancel', id })
          },
          { once: true },
        )
        send({ say: 'call', id, method, input })
      }),
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) resolve()
        else
          socket
            .once('close', () => {
              resolve()
            })
            .end()
      }),
  }
}

/** Undefined where nobody listens: no socket there, or one whose owner is dead. */
function open(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address)
    socket.once('connect', () => {
      socket.removeAllListeners('error').on('error', () => socket.destroy())
      resolve(socket)
    })
    socket.once('error', () => {
      resolve(undefined)
    })
  })
}
