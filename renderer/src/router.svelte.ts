// The current route: the address behind '#', as a page's name and the parts after it.
import type { PageName } from './page-names.ts'

export interface Route {
  /** '' = home. */
  readonly page: string
  /** Parts behind the page's name: '#/data/3/rows' -> ['3', 'rows']. */
  readonly rest: readonly string[]
  readonly query: URLSearchParams
}

function read(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split('?')
  const [page = '', ...rest] = path.split('/').map(decode)
  return { page, rest: rest.filter((part) => part !== ''), query: new URLSearchParams(search) }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // A broken escape in an address stands for itself.
    return part
  }
}

let current = $state.raw(read(location.hash))
addEventListener('hashchange', () => (current = read(location.hash)))

export const router = {
  get route(): Route {
    return current
  },
}

/** The address of a page, for links. */
export function to(
  page: PageName,
  rest: readonly (string | number)[] = [],
  query: Record<string, string> = {},
): string {
  const search = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  return `#/${[page, ...rest.map((part) => encodeURIComponent(part))].join('/')}${search && `?${search}`}`
}

/** Navigates to a page, as a click on its link would. */
export function go(page: PageName, rest: readonly (string | number)[] = [], query: Record<string, string> = {}): void {
  location.hash = to(page, rest, query)
}
