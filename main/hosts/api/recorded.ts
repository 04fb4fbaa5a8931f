// Records each request: a line for the log, and what the metrics count. What was asked or answered is in neither.
import type { MiddlewareHandler } from 'hono'
import type { RequestLine } from '../../contract/serving.ts'
import type { ApiEnv } from './env.ts'
import type { Metrics } from './metrics.ts'

const LEFT = 499
/** Paths of others may be of any length and kind. */
const MAX_PATH = 80

export const recorded =
  (metrics: Metrics, known: ReadonlySet<string>, onRequest: (line: RequestLine) => void): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const { outgoing } = c.env
    const began = performance.now()
    const { method, path } = c.req
    let [by, input, cached, output]: [readonly string[], number, number, number] = [[], 0, 0, 0]
    let error: string | undefined
    c.set('note', (what) => {
      error = what.error ?? error
      by = what.by ?? by
      input += what.usage?.input ?? 0
      cached += what.usage?.cached ?? 0
      output += what.usage?.output ?? 0
    })
    metrics.began()
    outgoing.once('close', () => {
      const milliseconds = performance.now() - began
      const status = outgoing.writableFinished ? outgoing.statusCode : LEFT
      const tokens = { input, cached, output }
      const key = c.get('key')?.name
      metrics.ended({ endpoint: known.has(path) ? path : 'other', status, seconds: milliseconds / 1000, tokens })
      onRequest({
        ...{ at: new Date().toISOString(), method, path: path.slice(0, MAX_PATH), status, milliseconds, by, tokens },
        ...(key === undefined ? {} : { key }),
        ...(error === undefined ? {} : { error }),
      })
    })
    await next()
  }
