// What goes wrong, as each format of the API says it: one status, one clear sentence.
import { StudioError } from '../../contract/errors/index.ts'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** A request that is not answered. */
export class Failure extends Error {
  readonly status: ContentfulStatusCode
  readonly code: string
  /** The field that is at fault. */
  readonly field: string | undefined
  readonly headers: Readonly<Record<string, string>>

  constructor(
    status: ContentfulStatusCode,
    code: string,
    sentence: string,
    { field, headers = {} }: { readonly field?: string; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(sentence)
    this.status = status
    this.code = code
    this.field = field
    this.headers = headers
  }
}

/** Statuses of the studio's errors whose fault is the request's, by the beginning of their codes. */
const statuses: readonly (readonly [prefix: string, status: ContentfulStatusCode])[] = [
  ['store/missing', 404],
  ['run/no-prompt', 404],
  ['run/cancelled', 499 as ContentfulStatusCode],
  ['run/service', 503],
  ['serving/busy', 503],
  ['serving/closed', 503],
  ['serving/keys-damaged', 500],
  ['serving/', 400],
  ['shelf/', 404],
  ['run/bad-input', 400],
  ['tuning/', 400],
  ['tokens/', 400],
  ['run/too-large', 413],
]

/** What OpenAI calls errors that its clients look for, and the field at fault. */
const openAiNames: Readonly<Record<string, readonly [code: string, field?: string]>> = {
  'serving/no-context': ['context_length_exceeded'],
  'serving/schema': ['invalid_json_schema', 'response_format'],
}

export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (!(error instanceof StudioError))
    return new Failure(500, 'internal', 'The server failed at this: its own log says why.')
  const { code, message } = error
  const [, status = 500] = statuses.find(([prefix]) => code.startsWith(prefix)) ?? []
  const [name, field] = openAiNames[code] ?? [code]
  return new Failure(status as ContentfulStatusCode, name, message, field === undefined ? {} : { field })
}

/** Why something failed: where the signal was aborted with a failure, that one, and not what came of it. */
export const reasonOf = (signal: AbortSignal, error: unknown): unknown =>
  signal.reason instanceof Failure ? signal.reason : error

/** OpenAI's types of errors by their status. */
const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
}

/** The body of an error in OpenAI's form. */
export const openAiError = ({ status, code, field, message }: Failure) => ({
  error: {
    message,
    type: types[status] ?? (status >= 500 ? 'server_error' : 'invalid_request_error'),
    param: field ?? null,
    code,
  },
})
