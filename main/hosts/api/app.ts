// The API's application: guards, keys and bounds in front of its endpoints.
import { finished } from 'node:stream'
import { type Context, Hono } from 'hono'
import type { Studio } from '../../contract/service.ts'
import type { RequestLine } from '../../contract/serving.ts'
import { bodyOf } from './body.ts'
import type { Endpoint } from './endpoints/endpoint.ts'
import { endpoints } from './endpoints/index.ts'
import { modelObjects, modelsAnswer } from './endpoints/models.ts'
import type { ApiEnv } from './env.ts'
import { Failure, failureOf, openAiError, reasonOf } from './failure.ts'
import type { Guard } from './guard.ts'
import type { Keys } from '../../service/serving/keys.ts'
import { createMetrics } from './metrics.ts'
import { guarded, headed, keyed } from './middleware.ts'
import { recorded } from './recorded.ts'
import type { ShelfSource } from './shelf.ts'

export interface AppOptions {
  readonly studio: Studio
  readonly source: ShelfSource
  readonly guard: Guard
  readonly keys: Keys
  readonly needsKey: boolean
  readonly onRequest: (line: RequestLine) => void
  /** Aborted where no answer is waited for any more. */
  readonly signal: AbortSignal
  /** Milliseconds for an answer. */
  readonly answerMs: number
}

export interface App {
  fetch: Hono<ApiEnv>['fetch']
  /** From now on every answer closes its connection. What was sent before the caller could know is answered. */
  drain(): void
}

/** Requests at most that are answered or wait for their answers. */
const MAX_WAITING = 256

const gets = ['/health', '/metrics', '/v1/models'] as const

export function createApp(options: AppOptions): App {
  const { source, guard, onRequest } = options
  const app = new Hono<ApiEnv>()
  const metrics = createMetrics()
  const paths = new Set<string>([...gets, ...endpoints.map(({ path }) => path)])
  let isDraining = false

  app.use(recorded(metrics, paths, onRequest))
  app.use(headed(() => isDraining))
  app.use(guarded(guard))
  app.get('/health', async (c) => {
    if (isDraining) throw new Failure(503, 'closing', 'The server is closing.')
    await source.shelf()
    // Whoever reaches it hears this without a key.
    return c.json({ status: 'ok' })
  })
  app.use(keyed(options))
  app.get('/metrics', (c) =>
    c.text(metrics.text(), 200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }),
  )
  app.get('/v1/models', async (c) => c.json(modelsAnswer(await source.shelf())))
  app.get('/v1/models/:id{.+}', async (c) => {
    const id = c.req.param('id')
    const found = modelObjects(await source.shelf()).find((each) => each.id === id)
    if (!found) throw new Failure(404, 'model_not_found', `There is no model "${id}" here.`, { field: 'model' })
    return c.json(found)
  })
  let waiting = 0
  for (const one of endpoints)
    app.post(one.path, async (c) => {
      const body = await bodyOf(c, one.schema)
      if (waiting >= MAX_WAITING)
        throw new Failure(503, 'busy', 'Too many requests are waiting for an answer.', {
          headers: { 'retry-after': '1' },
        })
      waiting++
      // A stream is under way until its last event has been sent.
      finished(c.env.outgoing, () => waiting--)
      return answered(c, body, one, options)
    })
  app.notFound((c) => {
    const { path, method } = c.req
    const failure = paths.has(path)
      ? new Failure(405, 'method_not_allowed', `${path} does not answer ${method}.`)
      : new Failure(404, 'not_found', 'There is nothing at this address.')
    return failed(c, failure)
  })
  app.onError((error, c) => {
    const failure = failureOf(error)
    if (failure.status >= 500) c.get('note')({ error: error.message })
    return failed(c, failure)
  })
  return {
    fetch: app.fetch,
    drain: () => {
      isDraining = true
    },
  }
}

async function answered(
  c: Context<ApiEnv>,
  body: unknown,
  { answer }: Endpoint,
  { studio, source, signal: ending, answerMs }: AppOptions,
): Promise<Response> {
  const late = new AbortController()
  const timer = setTimeout(() => {
    const seconds = String(Math.round(answerMs / 1000))
    late.abort(new Failure(504, 'timeout', `The model did not answer within ${seconds} seconds.`))
  }, answerMs)
  finished(c.env.outgoing, () => {
    clearTimeout(timer)
  })
  const signal = AbortSignal.any([c.req.raw.signal, ending, late.signal])
  try {
    const found = await answer(body, { studio, shelf: await source.shelf(), signal, note: c.get('note') })
    return found instanceof Response ? found : c.json(found as object)
  } catch (error) {
    throw reasonOf(signal, error)
  }
}

function failed(c: Context<ApiEnv>, failure: Failure): Response {
  const form = endpoints.find(({ path }) => path === c.req.path)?.failed
  const { status, body } = form?.(failure) ?? { status: failure.status, body: openAiError(failure) }
  for (const [name, value] of Object.entries(failure.headers)) c.header(name, value)
  return c.json(body as object, status)
}
