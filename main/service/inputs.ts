// Checks what a caller hands to a method against the contract.
import * as v from 'valibot'
import { studioError } from '../contract/errors/index.ts'
import { type Input, inputsFor, type Method } from '../contract/service.ts'
import { declarations } from '../engine/method/index.ts'

const inputs = inputsFor(declarations())

/** Characters of a reason at most. */
const MAX_QUOTED = 200

/** The input as the contract wants it. Error: 'run/bad-input'. */
export function checked<M extends Method>(method: M, input: unknown): Input<M> {
  if (!Object.hasOwn(inputs, method)) throw studioError('run/bad-input', 'Request', 'there is no such method')
  const result = v.safeParse<v.GenericSchema<unknown, Input<M>>>(inputs[method] as never, input, {
    // One reason is enough: to collect them all takes half a minute where a million items are wrong.
    abortEarly: true,
  })
  if (result.success) return result.output
  const [issue] = result.issues
  throw studioError('run/bad-input', cut(v.getDotPath(issue) ?? method), cut(issue.message))
}

/** Valibot's sentences quote what came, however long it is. */
const cut = (text: string): string => (text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)} …` : text)
