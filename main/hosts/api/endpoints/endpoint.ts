// What an endpoint is: a path, the schema of its body, and an answer.
import type * as v from 'valibot'
import type { Studio } from '../../../contract/service.ts'
import type { TokenUsage } from '../../../contract/serving.ts'
import type { Failure } from '../failure.ts'
import type { Shelf } from '../shelf.ts'

/** What an answer is made of. */
export interface Asking {
  readonly studio: Studio
  readonly shelf: Shelf
  /** Aborted when the one who asked has left, or the server ends. */
  readonly signal: AbortSignal
  /** Notes for the log and the metrics who answers, and what it takes. */
  note(what: Partial<Noted>): void
}

export interface Noted {
  /** Prompts or models that answer. */
  readonly by: readonly string[]
  readonly usage: TokenUsage & { readonly output?: number }
  /** Why the server could not answer, for its log. */
  readonly error: string
}

export interface Endpoint<Schema extends v.GenericSchema = v.GenericSchema> {
  readonly path: `/${string}`
  readonly schema: Schema
  answer(body: v.InferOutput<Schema>, asking: Asking): Promise<unknown>
  /** Its own form of errors; OpenAI's where absent. */
  readonly failed?: (failure: Failure) => { readonly status: Failure['status']; readonly body: unknown }
}

/** Keeps the types of schema and answer together. */
export const endpoint = <Schema extends v.GenericSchema>(own: Endpoint<Schema>): Endpoint => own as unknown as Endpoint
