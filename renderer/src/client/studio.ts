// The studio as pages see it: typed calls to the service, over a line that reconnects.
import { studioError } from '../../../main/contract/errors/index.ts'
import { type Client, type ClientMessage, createClient } from '../../../main/contract/protocol.ts'
import type { WindowStudio } from '../../../main/contract/grants.ts'
import type { CallOptions, Method } from '../../../main/contract/service.ts'
import { connection } from './connection.svelte.ts'
import { damage } from './damage.svelte.ts'
import { newKey } from './key.ts'
import { type Line, NoKey, openLine } from './line.ts'

interface Opened {
  readonly client: Client
  readonly line: Line
}

/** Milliseconds between two attempts to reach a service that does not answer. */
const waits = [200, 500, 1000, 2000, 5000]

let opened: Promise<Opened> = open()

async function open(): Promise<Opened> {
  for (let tries = 0; ; tries++) {
    try {
      return await tryOnce()
    } catch (error) {
      connection.lost({ keyless: error instanceof NoKey })
      await pause(waits[Math.min(tries, waits.length - 1)])
    }
  }
}

/** Resolves after so many milliseconds, or earlier with a new key. */
async function pause(wait?: number): Promise<void> {
  const over = new AbortController()
  await Promise.race([newKey(over.signal), new Promise((resolve) => setTimeout(resolve, wait))])
  over.abort()
}

async function tryOnce(): Promise<Opened> {
  // The service greets at once, perhaps before the line is assigned, so replies are buffered until then.
  const handed: { line?: Line } = {}
  const early: ClientMessage[] = []
  const client = createClient((message) => {
    if (handed.line) handed.line.send(message)
    else early.push(message)
  })
  const closed = (): void => {
    client.closed()
    if (handed.line) reopen()
    delete handed.line
  }
  const line = await openLine({ take: client.take, closed })
  handed.line = line
  for (const message of early) line.send(message)
  await client.greeted
  connection.found()
  return { client, line }
}

function reopen(): void {
  connection.lost()
  opened = open()
}

/** Calls use the current connection; calls under way when it closes fail with 'run/service-closed'. */
export const studio: WindowStudio = {
  async call(method: string, input: unknown, options: CallOptions = {}): Promise<never> {
    if (!connection.connected && connection.everConnected) throw studioError('run/service-closed')
    const { client } = await opened
    try {
      return (await client.studio.call(method as Method, input as never, options)) as never
    } catch (error) {
      damage.notice(error)
      throw error
    }
  },
}
