// Reads a request's body: JSON of bounded size and depth, as the endpoint's schema wants it.
import type { Context } from 'hono'
import * as v from 'valibot'
import type { ApiEnv } from './env.ts'
import { Failure } from './failure.ts'
import { depthOf } from './json-depth.ts'

/** Bytes of a body at most. */
const MAX_BODY = 4 * 2 ** 20
/** Lists and objects within each other. */
const MAX_DEPTH = 64
/** Characters of what a schema quotes. */
const MAX_QUOTED = 200

/** Error: Failure. */
export async function bodyOf<Schema extends v.GenericSchema>(
  c: Context<ApiEnv>,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const type = (c.req.header('content-type') ?? '').split(';')[0]?.trim().toLowerCase()
  // Pages of other sites may send any other type without asking first.
  if (type !== 'application/json')
    throw new Failure(415, 'unsupported_media_type', 'Send the request as JSON, with content-type: application/json.')
  const text = await textOf(c)
  if (depthOf(text) > MAX_DEPTH)
    throw new Failure(400, 'too_deep', `The JSON nests more than ${String(MAX_DEPTH)} levels deep.`)
  const checked = v.safeParse(schema, parsed(text), { abortEarly: true })
  if (checked.success) return checked.output
  const [issue] = checked.issues
  const field = v.getDotPath(issue) ?? undefined
  const why = issue.message.slice(0, MAX_QUOTED)
  throw new Failure(400, 'invalid_request', field === undefined ? `${why}.` : `${field}: ${why}.`, {
    ...(field === undefined ? {} : { field: field.slice(0, MAX_QUOTED) }),
  })
}

/** Error: Failure, as soon as it is too large. */
async function textOf(c: Context<ApiEnv>): Promise<string> {
  if (Number(c.req.header('content-length') ?? 0) > MAX_BODY) throw tooLarge()
  const pieces: Uint8Array[] = []
  let bytes = 0
  // Cancelling would end the connection before its answer.
  for await (const piece of c.req.raw.body?.values({ preventCancel: true }) ?? []) {
    bytes += piece.length
    if (bytes > MAX_BODY) throw tooLarge()
    pieces.push(piece)
  }
  return new TextDecoder().decode(Buffer.concat(pieces))
}

const tooLarge = (): Failure => new Failure(413, 'too_large', `A request has at most ${String(MAX_BODY / 2 ** 20)} MB.`)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Failure(400, 'invalid_json', 'The body is not JSON.')
  }
}
