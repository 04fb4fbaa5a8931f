// Who may speak to the browser host: only a page that it served itself, opened by someone who has its address.
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

export interface Guard {
  /** False where the request names another host: a foreign name that was made to point here (DNS rebinding). */
  isForUs(request: IncomingMessage): boolean
  /** False where another site's page made the request. */
  isFromUs(request: IncomingMessage): boolean
  /** True where the address itself carries the token, or a key that nobody has used before. */
  bringsToken(url: URL): boolean
  /** A key for one visit: other users of this computer can read the command line that opens a browser. */
  oneVisit(): string
  /** True where an earlier visit brought the token. */
  hasCookie(request: IncomingMessage): boolean
  /** Value of the Set-Cookie header. */
  readonly cookie: string
}

export function createGuard(token: string, port: number): Guard {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const origins = hosts.map((host) => `http://${host}`)
  // Cookies do not tell ports apart: two studios on one computer need two names.
  const name = `softprompt-${port}`
  const visits = new Set<string>()
  return {
    isForUs: ({ headers }) => hosts.includes(headers.host ?? ''),
    isFromUs: ({ headers }) =>
      headers.origin === undefined
        ? ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'] as string | undefined)
        : origins.includes(headers.origin),
    bringsToken: (url) => {
      const key = url.searchParams.get('token') ?? ''
      return visits.delete(key) || equal(key, token)
    },
    oneVisit: () => {
      const key = newToken()
      visits.add(key)
      return key
    },
    hasCookie: ({ headers }) => equal(cookieOf(headers.cookie ?? '', name), token),
    cookie: `${name}=${token}; HttpOnly; SameSite=Strict; Path=/`,
  }
}

/** 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url')

const cookieOf = (header: string, name: string): string =>
  header
    .split(';')
    .map((part) => part.trim())
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? ''

/** Compares in constant time, so that timing does not reveal where two secrets differ. */
function equal(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}
