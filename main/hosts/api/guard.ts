// Who may speak to the local API: requests that name it by its own address, and no page of another site but those that are named.
import { isIP } from 'node:net'
import { hostname } from 'node:os'

export interface Guard {
  /** False where the request names another host: a foreign name that was made to point here (DNS rebinding). */
  isForUs(host: string | undefined): boolean
  /** False where another site's page made the request. */
  isFromUs(request: { readonly origin: string | undefined; readonly site: string | undefined }): boolean
}

export interface GuardOptions {
  /** The address that it listens on. */
  readonly address: string
  readonly port: number
  /** Further names by which others reach it. */
  readonly names: readonly string[]
  /** Origins whose pages may ask. */
  readonly origins: readonly string[]
}

/** Whether an address is reached from this computer alone, as its own name is (RFC 6761, section 6.3). */
export const isLoopback = (address: string): boolean => /^(::1|127\.\d+\.\d+\.\d+|localhost)$/i.test(address)

export function createGuard({ address, port, names, origins }: GuardOptions): Guard {
  const known = new Set(['localhost', ...(isLoopback(address) ? [] : [hostname()]), ...names].map(lower))
  return {
    isForUs(host = '') {
      const [, name = '', given = '80'] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d+))?$/i.exec(host) ?? []
      const bare = lower(name.replace(/^\[(.*)\]$/, '$1'))
      // Whoever stands between, such as a proxy that ends TLS, has a port of its own.
      if (isLoopback(address) && Number(given) !== port && names.length === 0) return false
      if (known.has(bare)) return true
      // No name leads to a number, so that a number cannot be rebound.
      return isIP(bare) !== 0 && (isLoopback(address) ? isLoopback(bare) : true)
    },
    isFromUs: ({ origin, site }) =>
      origin === undefined ? ['same-origin', 'none', undefined].includes(site) : origins.includes(origin),
  }
}

const lower = (name: string): string => name.toLowerCase()
