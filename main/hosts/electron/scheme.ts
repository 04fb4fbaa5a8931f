// app://studio/: the window's files, from memory, with the policy that allows it nothing but itself.
import type { ServedFile } from '../window/files.ts'
import { windowHeaders } from '../window/policy.ts'

export const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://studio`

/** Answers a request of the window: one of its files, or nothing. */
export function answerWindow(files: ReadonlyMap<string, ServedFile>): (request: Request) => Response {
  const headers = windowHeaders([])
  const nothing = (): Response => new Response('There is no such file.\n', { status: 404, headers })
  return ({ url, method }) => {
    const { host, protocol, pathname } = new URL(url)
    if (`${protocol}//${host}` !== ORIGIN || (method !== 'GET' && method !== 'HEAD')) return nothing()
    const file = files.get(pathname)
    if (!file) return nothing()
    const kind = { 'content-type': file.type, 'cache-control': 'no-cache' }
    return new Response(new Uint8Array(file.bytes), { headers: { ...headers, ...kind } })
  }
}
