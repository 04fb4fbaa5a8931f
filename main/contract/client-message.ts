// The shape of what a window may say: hosts check it before anything hears it.
import * as v from 'valibot'
import type { ClientMessage } from './protocol.ts'

const id = v.pipe(v.number(), v.safeInteger())

const shape = v.variant('say', [
  v.strictObject({ say: v.literal('call'), id, method: v.string(), input: v.unknown() }),
  v.strictObject({ say: v.literal('cancel'), id }),
])

/** Throws where it is none; the input of a call is checked by the service. */
export const clientMessage = (message: unknown): ClientMessage => v.parse(shape, message) as ClientMessage
