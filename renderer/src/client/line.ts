// Connections (lines) to the service: a message port in Electron, a websocket in a browser.
import type { ClientMessage, Receiver, ServerMessage } from '../../../main/contract/protocol.ts'
import { decodeMessage, encodeMessage } from '../../../main/contract/wire.ts'
import { bridge } from './host.ts'

export interface Line {
  send(message: ClientMessage): void
  close(): void
}

/** Opens a line; `receiver` gets each message that arrives, and is called when the line has closed. */
export async function openLine(receiver: Receiver<ServerMessage>): Promise<Line> {
  return bridge ? overPort(await bridge.port(), receiver) : overSocket(receiver)
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

function overSocket(receiver: Receiver<ServerMessage>): Promise<Line> {
  return new Promise((resolve, reject) => {
    const url = new URL('/studio', location.href)
    url.protocol = 'ws:'
    const socket = new WebSocket(url)
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
