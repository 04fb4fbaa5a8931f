// A window's line to the service: its port is answered from the service's socket, by a studio that takes paths only as grants.
import type { MessagePortMain } from 'electron'
import { clientMessage } from '../../contract/client-message.ts'
import { StudioError } from '../../contract/errors/index.ts'
import { answerClient } from '../../contract/protocol.ts'
import type { Studio } from '../../contract/service.ts'
import type { RemoteStudio } from '../../service/socket/client.ts'
import type { GuardedStudio } from '../window/studio.ts'

/** Milliseconds before a window asks again for a service that refuses. */
const AGAIN_MS = 5_000

/** Joins them until one of them closes; then closes the other. */
export async function joinLine(
  port: MessagePortMain,
  attach: () => Promise<RemoteStudio | undefined>,
  guard: (studio: Studio) => GuardedStudio,
): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    port.on('close', () => {
      resolve()
    })
  })
  try {
    const remote = await attach()
    if (remote) {
      answerPort(port, guard(remote), gone)
      void gone.then(remote.close)
      await remote.closed
    }
    port.close()
  } catch (error) {
    // As where the service is of another version: each page says why.
    const refuse = { call: () => Promise.reject(error instanceof StudioError ? error : new Error(String(error))) }
    answerPort(port, guard(refuse), gone)
    setTimeout(() => {
      port.close()
    }, AGAIN_MS).unref()
  }
}

function answerPort(port: MessagePortMain, studio: GuardedStudio, gone: Promise<void>): void {
  const client = answerClient(studio, (message) => {
    port.postMessage(message)
  })
  void gone.then(() => {
    client.closed()
    void studio.end()
  })
  port.on('message', ({ data }) => {
    try {
      client.take(clientMessage(data))
    } catch {
      // Not a window of ours, or not of this version.
      port.close()
    }
  })
  port.start()
}
