// The service's end of a connection: greets, answers calls, and aborts them when the client cancels or disconnects.
import { clientMessage } from './client-message.ts'
import { StudioError, studioError } from './errors/index.ts'
import {
  answerBounds,
  callOf,
  decodeMessage,
  encodeMessage,
  PROTOCOL,
  type Receiver,
  requestBounds,
  type ServerMessage,
  type Line,
} from './protocol.ts'
import type { Method, Studio, StudioEvent } from './service.ts'
import { studioVersion } from './version.ts'

/** Tells a client why it is not answered, and closes its line. */
export function refuseClient(line: Line, error: unknown): void {
  const { code, message } = asStudioError(error)
  line.send(encodeMessage({ say: 'refused', code, message }, answerBounds))
  line.close()
}

const asStudioError = (error: unknown): StudioError =>
  error instanceof StudioError ? error : studioError('run/failed', String(error))

export function answerClient(studio: Studio, line: Line): Receiver {
  const calls = new Map<number, AbortController>()
  let open = true

  const send = (message: ServerMessage): void => {
    if (open) line.send(encodeMessage(message, answerBounds))
  }

  const fail = (id: number, { report }: StudioError): void => {
    send({ say: 'error', id, ...report })
  }

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
      fail(id, asStudioError(error))
    } finally {
      calls.delete(id)
    }
  }

  const closed = (): void => {
    open = false
    for (const abort of calls.values()) abort.abort()
  }

  /** A client of another version, or none of ours: it gets one sentence. */
  const refuse = (): void => {
    if (!open) return
    closed()
    refuseClient(line, studioError('run/protocol', studioVersion))
  }

  send({ say: 'hello', protocol: PROTOCOL, studio: studioVersion })
  return {
    take(bytes) {
      if (!open) return
      let message
      try {
        message = clientMessage(decodeMessage(bytes, requestBounds))
      } catch {
        // The caller hears that it cannot be read, or the line ends.
        const id = callOf(bytes)
        if (id === undefined) refuse()
        else fail(id, studioError('run/unreadable'))
        return
      }
      if (message.say === 'call') void answer(message.id, message.method, message.input)
      else calls.get(message.id)?.abort()
    },
    broken: refuse,
    closed,
  }
}
