// A window's line to the service: its port is answered from the service's socket, by a studio that takes paths only as grants.
import type { MessagePortMain } from 'electron'
import { answerClient, refuseClient } from '../../contract/answer.ts'
import type { Line } from '../../contract/protocol.ts'
import type { Studio } from '../../contract/service.ts'
import type { RemoteStudio } from '../../service/socket/client.ts'
import type { GuardedStudio } from '../window/studio.ts'

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
  const line: Line = {
    // Without what its memory holds beyond it, which would be sent as well.
    send: (bytes) => {
      port.postMessage(bytes.slice())
    },
    close: () => {
      port.close()
    },
  }
  try {
    const remote = await attach()
    if (remote) {
      answerPort(port, line, guard(remote), gone)
      void gone.then(remote.close)
      await remote.closed
    }
    port.close()
  } catch (error) {
    // A service of another version, for example.
    port.start()
    refuseClient(line, error)
  }
}

function answerPort(port: MessagePortMain, line: Line, studio: GuardedStudio, gone: Promise<void>): void {
  const client = answerClient(studio, line)
  void gone.then(() => {
    client.closed()
    void studio.end()
  })
  port.on('message', ({ data }) => {
    if (data instanceof Uint8Array) client.take(data)
    else client.broken()
  })
  port.start()
}
