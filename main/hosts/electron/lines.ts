// A window's line to the service: messages pass between its port and the service's socket; they are checked, never stored.
import { connect, type Socket } from 'node:net'
import type { MessagePortMain } from 'electron'
import { clientMessage } from '../../contract/client-message.ts'
import { encodeFrame, frameReader } from '../../service/socket/frames.ts'

/** Bytes queued at most for a service that does not read; above them the connection is closed. */
const MAX_WAITING = 64 * 1024 * 1024

/** Joins them until one of them closes; then closes the other. */
export function joinLine(port: MessagePortMain, address: string, open: (address: string) => Socket = connect): void {
  const socket = open(address)
  const read = frameReader()
  const cut = (): void => {
    socket.destroy()
  }
  port.on('message', ({ data }) => {
    try {
      socket.write(encodeFrame(clientMessage(data)))
    } catch {
      // Not a window of ours, or not of this version.
      cut()
    }
    if (socket.writableLength > MAX_WAITING) cut()
  })
  port.on('close', cut)
  socket.on('data', (piece) => {
    try {
      for (const message of read(piece)) port.postMessage(message)
    } catch {
      cut()
    }
  })
  socket.on('error', cut)
  socket.on('close', () => {
    port.close()
  })
  port.start()
}
