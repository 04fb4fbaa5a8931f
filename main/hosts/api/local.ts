// The local API as the studio's switch opens it: on this computer alone, with what stands on the shelf.
import type { OpenApi } from '../../service/serving/local-api.ts'

/** Milliseconds for the answers that are under way when it is switched off, or the studio ends. */
const DRAIN_MS = 8_000

/** Its code is loaded with the first use: a studio that answers no programs opens without it. */
export const openLocalApi: OpenApi = async (wanted) => {
  const { serveApi } = await import('./server.ts')
  return serveApi({ ...wanted, address: '127.0.0.1', patience: { drain: DRAIN_MS } })
}
