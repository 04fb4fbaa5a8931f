// The studio as pages see it: typed calls to the service, over a line that reconnects.
import { StudioError, studioError } from '../../../main/contract/errors/index.ts'
import type { WindowStudio } from '../../../main/contract/grants.ts'
import type { CallOptions, Method } from '../../../main/contract/service.ts'
import { connection } from './connection.svelte.ts'
import { damage } from './damage.svelte.ts'
import { keepLine } from './keep-line.ts'
import { newKey } from './key.ts'
import { NoKey, openLine } from './line.ts'

/** Resolves after so many milliseconds, or earlier with a new key. */
async function pause(wait: number): Promise<void> {
  const over = new AbortController()
  await Promise.race([newKey(over.signal), new Promise((resolve) => setTimeout(resolve, wait))])
  over.abort()
}

const connected = keepLine(openLine, pause, {
  found: connection.found,
  lost: (error) => {
    // That a line has closed is what the window says anyway.
    const known = error instanceof StudioError && error.code !== 'run/service-closed'
    connection.lost({ keyless: error instanceof NoKey, why: known ? error.message : undefined })
  },
})

/** Calls use the current connection; calls under way when it closes fail with 'run/service-closed'. */
export const studio: WindowStudio = {
  async call(method: string, input: unknown, options: CallOptions = {}): Promise<never> {
    if (!connection.connected && connection.everConnected) throw studioError('run/service-closed')
    const client = await connected()
    try {
      return (await client.studio.call(method as Method, input as never, options)) as never
    } catch (error) {
      damage.notice(error)
      throw error
    }
  },
}
