// Schema of a client's messages: hosts validate each before the service receives it.
import * as v from 'valibot'
import type { ClientMessage } from './protocol.ts'

const id = v.pipe(v.number(), v.safeInteger())

const shape = v.variant('say', [
  v.strictObject({ say: v.literal('call'), id, method: v.string(), input: v.unknown() }),
  v.strictObject({ say: v.literal('cancel'), id }),
])

/** A valid message; throws ValiError for any other. The service validates the input of a call. */
export const clientMessage = (message: unknown): ClientMessage => v.parse(shape, message) as ClientMessage
