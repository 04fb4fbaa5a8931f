// Who may speak to the browser host: only a page that it served itself, opened by someone who has its address.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { KEY_PROTOCOL } from '../../contract/window-key.ts'

export interface Guard {
  /** False where the request names another host: a foreign name that was made to point here (DNS rebinding). */
  isForUs(request: IncomingMessage): boolean
  /** False where another site's page made the request. */
  isFromUs(request: IncomingMessage): boolean
  /** True where a person follows a link, or a page on their disk, to the studio: it fills a tab, and holds no secret. */
  isVisit(request: IncomingMessage): boolean
  /** The session's secret for a key: the secret itself, or one for a single visit that nobody has used before. */
  secretFor(request: IncomingMessage): string | undefined
  /** What proves to a window that this is the host it knows; undefined for what is no challenge. */
  proof(challenge: string | null): string | undefined
  /** A key that opens the studio once; `onUsed` is called when it has. */
  oneVisit(onUsed: () => void): string
  /** True where the request for a websocket offers the secret as a subprotocol. */
  offersSecret(request: IncomingMessage): boolean
}

export function createGuard(secret: string, port: number): Guard {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`]
  const origins = hosts.map((host) => `http://${host}`)
  const visits = new Map<string, () => void>()
  return {
    isForUs: ({ headers }) => hosts.includes(headers.host ?? ''),
    isFromUs: ({ headers }) =>
      headers.origin === undefined
        ? ['same-origin', 'none', undefined].includes(headers['sec-fetch-site'] as string | undefined)
        : origins.includes(headers.origin),
    isVisit: ({ headers }) =>
      headers.origin === undefined &&
      headers['sec-fetch-mode'] === 'navigate' &&
      headers['sec-fetch-dest'] === 'document',
    secretFor: ({ headers }) => {
      const key = /^Bearer ([\w-]+)$/.exec(headers.authorization ?? '')?.[1] ?? ''
      visits.get(key)?.()
      return visits.delete(key) || equal(key, secret) ? secret : undefined
    },
    proof: (challenge) =>
      /^[\w-]{22,64}$/.test(challenge ?? '')
        ? createHmac('sha256', secret).update(String(challenge)).digest('base64url')
        : undefined,
    oneVisit: (onUsed) => {
      const key = newSecret()
      visits.set(key, onUsed)
      return key
    },
    offersSecret: ({ headers }) =>
      (headers['sec-websocket-protocol'] ?? '')
        .split(',')
        .map((offer) => offer.trim())
        .some((offer) => offer.startsWith(KEY_PROTOCOL) && equal(offer.slice(KEY_PROTOCOL.length), secret)),
  }
}

/** 256 random bits. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Compares in constant time, so that timing does not reveal where two secrets differ. */
function equal(a: string, b: string): boolean {
  const [first, second] = [Buffer.from(a), Buffer.from(b)]
  return first.length === second.length && timingSafeEqual(first, second)
}
