// What every request passes: headers, the guard against foreign names and pages, and keys.
import { randomUUID } from 'node:crypto'
import type { MiddlewareHandler } from 'hono'
import type { ApiEnv } from './env.ts'
import { Failure } from './failure.ts'
import type { Guard } from './guard.ts'
import { type Keys, looksLikeKey } from '../../service/serving/keys.ts'
import { createLimits } from './limits.ts'

/** Headers of every answer. */
export const headed =
  (isDraining: () => boolean): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    const id = randomUUID()
    await next()
    c.header('x-request-id', id)
    c.header('x-typesafe-request-id', id)
    c.header('x-content-type-options', 'nosniff')
    c.header('cache-control', 'no-store')
    // Nobody reads the rest of a body that was refused: the next request on this connection would be lost.
    if (isDraining() || !c.env.incoming.complete) c.header('connection', 'close')
  }

/** Refuses foreign names and foreign pages; answers what browsers ask ahead for pages that may ask. */
export const guarded =
  (guard: Guard): MiddlewareHandler<ApiEnv> =>
  async (c, next) => {
    if (!guard.isForUs(c.req.header('host')))
      throw new Failure(421, 'wrong_host', 'This address is not the server’s: it answers by its own address alone.')
    const origin = c.req.header('origin')
    if (!guard.isFromUs({ origin, site: c.req.header('sec-fetch-site') }))
      throw new Failure(
        403,
        'foreign_origin',
        'Pages of other sites get no answer here, unless they are named with --origin.',
      )
    if (origin === undefined) return next()
    const allowed = {
      'access-control-allow-origin': origin,
      'access-control-expose-headers': 'x-request-id, retry-after',
      vary: 'origin',
    }
    if (c.req.method === 'OPTIONS')
      return c.body(null, 204, {
        ...allowed,
        'access-control-allow-methods': 'GET, POST',
        'access-control-allow-headers': c.req.header('access-control-request-headers') ?? '',
        'access-control-allow-private-network': 'true',
        'access-control-max-age': '600',
      })
    await next()
    for (const [name, value] of Object.entries(allowed)) c.header(name, value)
  }

/** Refuses who has no key, where one is needed, and who asks more often than the key allows. */
export function keyed({
  keys,
  needsKey,
}: {
  readonly keys: Keys
  readonly needsKey: boolean
}): MiddlewareHandler<ApiEnv> {
  const limits = createLimits()
  return async (c, next) => {
    const given = /^Bearer\s+(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.header('x-api-key')
    const key = given === undefined ? undefined : keys.find(given)
    // Clients send something even where no key is needed.
    if (!key && (needsKey || (given !== undefined && looksLikeKey(given)))) throw noKey(given)
    if (key) {
      c.set('key', key)
      const seconds = key.limit === null ? 0 : limits.take(key.name, key.limit)
      if (seconds > 0) throw tooOften(key.limit ?? 0, seconds)
    }
    await next()
  }
}

const noKey = (given: string | undefined): Failure =>
  new Failure(
    401,
    'invalid_api_key',
    given === undefined
      ? 'This server needs a key: send it as "Authorization: Bearer KEY".'
      : 'This key is not known here, or it has been revoked.',
    { headers: { 'www-authenticate': 'Bearer' } },
  )

const tooOften = (limit: number, seconds: number): Failure =>
  new Failure(429, 'rate_limit_exceeded', `This key may ask ${String(limit)} times a minute. Ask again later.`, {
    headers: { 'retry-after': String(Math.ceil(seconds)) },
  })
