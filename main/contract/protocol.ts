// The messages between a client and the service, over a local socket, a websocket or a message port.
import { decodeMulti } from '@msgpack/msgpack'
import { studioError } from './errors/index.ts'
import type { ErrorReport } from './errors/remedy.ts'
import type { StudioEvent } from './service.ts'
import type { Bounds } from './wire/bounds.ts'
import { decodeValue, encodeValue } from './wire/values.ts'

/**
 * Changes with every change of the contract, or of its form on the wire, that an older peer would not understand. The
 * greeting alone never changes its form, so that peers of different versions can name each other.
 */
export const PROTOCOL = 3

export type ClientMessage =
  | { readonly say: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly say: 'cancel'; readonly id: number }

export type ServerMessage =
  /** `studio`: the version of the service's program. */
  | { readonly say: 'hello'; readonly protocol: number; readonly studio: string }
  | { readonly say: 'event'; readonly id: number; readonly event: StudioEvent }
  | { readonly say: 'value'; readonly id: number; readonly value: unknown }
  | (ErrorReport & { readonly say: 'error'; readonly id: number })
  /** The service closes the connection, and says why. */
  | { readonly say: 'refused'; readonly code: string; readonly message: string }

/** What a client may send at once: the largest are pieces of files. */
export const requestBounds: Bounds = { bytes: 32 * 1024 * 1024, items: 4_000_000 }

/** What the service may send at once: the largest are tuned prompts. */
export const answerBounds: Bounds = { bytes: 64 * 1024 * 1024, items: 8_000_000 }

/** One end of a connection: receives the other end's messages, and learns when the connection closes. */
export interface Receiver {
  take(bytes: Uint8Array): void
  /** Something has come that is no message at all. */
  broken(): void
  closed(): void
}

/** The connection as one of its ends sees it. */
export interface Line {
  send(bytes: Uint8Array): void
  /** Closes it when what was sent has gone out. */
  close(): void
}

/** A pair: the number of the call that the message belongs to, then the message. Error: 'run/too-large'. */
export const encodeMessage = (message: ClientMessage | ServerMessage, bounds: Bounds): Uint8Array =>
  encodeValue(['id' in message ? message.id : 0, message], bounds)

/** What the peer says; whether it is one of the messages above is for the receiver to see. Error: 'run/protocol'. */
export function decodeMessage(bytes: Uint8Array, bounds: Bounds): { readonly say: unknown } {
  const pair = decodeValue(bytes, bounds)
  const message: unknown = Array.isArray(pair) ? pair[1] : undefined
  if (typeof message !== 'object' || message === null || !('say' in message)) throw studioError('run/protocol')
  return message
}

/** The number of the call that a message belongs to which could not be read; undefined where that cannot be read either. */
export function callOf(bytes: Uint8Array): number | undefined {
  // The second byte begins the number, which takes at most nine.
  const limits = { maxArrayLength: 0, maxMapLength: 0, maxStrLength: 0, maxBinLength: 0, maxExtLength: 0 }
  try {
    const [id] = decodeMulti(bytes.subarray(1, 10), limits)
    return bytes[0] === 0x92 && Number.isSafeInteger(id) && Number(id) > 0 ? Number(id) : undefined
  } catch {
    return undefined
  }
}
