// Connections (lines) to the service: a message port in Electron, a websocket in a browser.
import type { ClientMessage, Receiver, ServerMessage } from '../../../main/contract/protocol.ts'
import { KEY_PROTOCOL, LINE_PATH, LINE_PROTOCOL } from '../../../main/contract/window-key.ts'
import { decodeMessage, encodeMessage } from '../../../main/contract/wire.ts'
import { bridge } from './host.ts'
import { currentKey } from './key.ts'

export interface Line {
  send(message: ClientMessage): void
  close(): void
}

/** The host answers, but the window has no key of it: a person must open the address that the host printed. */
export class NoKey extends Error {}

/** Opens a line; `receiver` gets each message that arrives, and is called when the line has closed. Error: NoKey. */
export async function openLine(receiver: Receiver<ServerMessage>): Promise<Line> {
  if (bridge) return overPort(await bridge.port(), receiver)
  const key = await currentKey()
  if (key === 'absent') throw new NoKey()
  if (key === 'silent') throw new Error('Nobody answers.')
  return overSocket(key.secret, receiver)
}

function overPort(port: MessagePort, receiver: Receiver<ServerMessage>): Line {
  port.onmessage = ({ data }: MessageEvent<ServerMessage>) => {
    receiver.take(data)
  }
  port.addEventListener('close', () => {
    receiver.closed()
  })
  port.start()
  return {
    send: (message) => {
      port.postMessage(message)
    },
    close: () => {
      port.close()
      receiver.closed()
    },
  }
}

function overSocket(secret: string, receiver: Receiver<ServerMessage>): Promise<Line> {
  return new Promise((resolve, reject) => {
    const url = new URL(LINE_PATH, location.href)
    url.protocol = 'ws:'
    const socket = new WebSocket(url, [LINE_PROTOCOL, KEY_PROTOCOL + secret])
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      receiver.take(decodeMessage(data) as ServerMessage)
    }
    socket.onopen = () => {
      resolve({
        send: (message) => {
          socket.send(encodeMessage(message))
        },
        close: () => {
          socket.close()
        },
      })
    }
    socket.onclose = () => {
      receiver.closed()
      reject(new Error('The line is closed.'))
    }
  })
}
