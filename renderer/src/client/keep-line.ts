// A line to the service that is opened again when it closes, each time after a longer wait.
import { createBackOff } from '../../../main/contract/back-off.ts'
import { type Client, createClient } from '../../../main/contract/client.ts'
import { studioError } from '../../../main/contract/errors/index.ts'
import type { Line, Receiver } from '../../../main/contract/protocol.ts'

/** A service that holds the line but does not greet for so long is taken for dead. */
const GREETING_MS = 10_000

export interface LineListener {
  /** The service has greeted. */
  found(): void
  /** The line has closed or could not be opened; `why` as far as that is known. */
  lost(why: unknown): void
}

/** Returns how to get the current connection, which may be one to come. `pause` waits for so many milliseconds at most. */
export function keepLine(
  open: (receiver: Receiver) => Promise<Line>,
  pause: (milliseconds: number) => Promise<void>,
  { found, lost }: LineListener,
): () => Promise<Client> {
  const backOff = createBackOff()

  const greeted = async (): Promise<Client> => {
    let line: Line | undefined
    let live = false
    const client = createClient({ send: (bytes) => line?.send(bytes), close: () => line?.close() }, backOff.reset)
    const closed = (): void => {
      client.closed()
      if (!live) return
      live = false
      lost(client.ended)
      current = reopen()
    }
    try {
      line = await open({ ...client, closed })
      await inTime(client.greeted)
    } catch (error) {
      line?.close()
      throw client.ended ?? error
    }
    live = true
    found()
    return client
  }

  const attempts = async (): Promise<Client> => {
    for (;;)
      try {
        return await greeted()
      } catch (error) {
        lost(error)
        await pause(backOff.next())
      }
  }
  const reopen = (): Promise<Client> => pause(backOff.next()).then(attempts)

  let current = attempts()
  return () => current
}

/** Error: 'run/service-closed' where the greeting does not come in time. */
async function inTime(greeted: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => {
      reject(studioError('run/service-closed'))
    }, GREETING_MS)
  })
  try {
    await Promise.race([greeted, late])
  } finally {
    clearTimeout(timer)
  }
}
