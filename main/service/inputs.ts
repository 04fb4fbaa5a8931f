// Checks what a caller hands to a method against the contract.
import * as v from 'valibot'
import { studioError } from '../contract/errors/index.ts'
import { type Input, inputsFor, type Method } from '../contract/service.ts'
import { declarations } from '../engine/method/index.ts'

const inputs = inputsFor(declarations())

/** The input as the contract wants it. Error: 'run/bad-input'. */
export function checked<M extends Method>(method: M, input: unknown): Input<M> {
  if (!Object.hasOwn(inputs, method)) throw studioError('run/bad-input', 'Request', 'there is no such method')
  const result = v.safeParse<v.GenericSchema<unknown, Input<M>>>(inputs[method] as never, input)
  if (result.success) return result.output
  const [issue] = result.issues
  throw studioError('run/bad-input', v.getDotPath(issue) ?? method, issue.message)
}
