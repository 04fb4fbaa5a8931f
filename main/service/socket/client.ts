// A studio at the other end of a local socket, with the same calls as one in this process.
import { connect, type Socket } from 'node:net'
import { createClient } from '../../contract/client.ts'
import type { StudioError } from '../../contract/errors/index.ts'
import { answerBounds } from '../../contract/protocol.ts'
import type { Studio } from '../../contract/service.ts'
import { joinSocket } from './join.ts'
import { isOurs, keyOf } from './proof.ts'

export interface RemoteStudio extends Studio {
  /** Resolves when the connection is gone, whoever closed it. */
  readonly closed: Promise<void>
  close(): Promise<void>
}

/** A service that holds the socket but says nothing for so long is taken for dead. */
const HELLO_MS = 5_000

/** Milliseconds that the service may take to close its end. */
const CLOSE_MS = 1_000

/**
 * Connects to the service at the address; undefined where none listens. `key`: file of the key with which the service proves
 * that it is the studio's. Errors: 'run/protocol'.
 */
export async function attach(address: string, key?: string): Promise<RemoteStudio | undefined> {
  const socket = await open(address)
  if (!socket) return undefined
  if (key !== undefined && !(await isOurs(socket, keyOf(key)))) {
    socket.destroy()
    return undefined
  }
  const client = joinSocket(socket, answerBounds.bytes, createClient)
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      resolve()
    })
  })
  const timer = setTimeout(() => {
    socket.destroy()
  }, HELLO_MS)
  try {
    await client.greeted
  } catch (error) {
    socket.destroy()
    // It closed between our connecting and its greeting: nobody is there any more.
    if ((error as StudioError).code === 'run/service-closed') return undefined
    throw error
  } finally {
    clearTimeout(timer)
  }
  return {
    call: client.studio.call,
    closed,
    close: () =>
      new Promise((resolve) => {
        if (socket.destroyed) {
          resolve()
          return
        }
        // A service that hangs never closes its end.
        const timer = setTimeout(() => socket.destroy(), CLOSE_MS)
        socket
          .once('close', () => {
            clearTimeout(timer)
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
