// Connections (lines) to the service: a message port in Electron, a websocket in a browser.
import type { Line, Receiver } from '../../../main/contract/protocol.ts'
import { KEY_PROTOCOL, LINE_PATH, LINE_PROTOCOL } from '../../../main/contract/window-key.ts'
import { bridge } from './host.ts'
import { currentKey } from './key.ts'

/** The host answers, but the window has no key of it: a person must open the address that the host printed. */
export class NoKey extends Error {}

/** Opens a line; `receiver` gets each message that arrives, and is called when the line has closed. Error: NoKey. */
export async function openLine(receiver: Receiver): Promise<Line> {
  if (bridge) return overPort(await bridge.port(), receiver)
  const key = await currentKey()
  if (key === 'absent') throw new NoKey()
  if (key === 'silent') throw new Error('Nobody answers.')
  return overSocket(key.secret, receiver)
}

function overPort(port: MessagePort, receiver: Receiver): Line {
  port.onmessage = ({ data }: MessageEvent<Uint8Array>) => {
    receiver.take(data)
  }
  port.addEventListener('close', () => {
    receiver.closed()
  })
  port.start()
  return {
    send: (bytes) => {
      // Without what its memory holds beyond it, which would be sent as well.
      port.postMessage(bytes.slice())
    },
    close: () => {
      port.close()
      receiver.closed()
    },
  }
}

function overSocket(secret: string, receiver: Receiver): Promise<Line> {
  return new Promise((resolve, reject) => {
    const url = new URL(LINE_PATH, location.href)
    url.protocol = 'ws:'
    const socket = new WebSocket(url, [LINE_PROTOCOL, KEY_PROTOCOL + secret])
    socket.binaryType = 'arraybuffer'
    socket.onmessage = ({ data }: MessageEvent<ArrayBuffer | string>) => {
      if (typeof data === 'string') receiver.broken()
      else receiver.take(new Uint8Array(data))
    }
    socket.onopen = () => {
      resolve({
        send: (bytes) => {
          socket.send(bytes as Uint8Array<ArrayBuffer>)
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
