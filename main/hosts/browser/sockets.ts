// One window's websocket: messages in, messages out, nothing unbounded on either side.
import type { RawData, WebSocket } from 'ws'
import { clientMessage } from '../../contract/client-message.ts'
import { answerClient } from '../../contract/protocol.ts'
import type { Studio } from '../../contract/service.ts'
import { decodeMessage, encodeMessage } from '../../contract/wire.ts'
import { createGrants } from '../window/grants.ts'
import { guardStudio, type WindowOptions } from '../window/studio.ts'

/** Bytes queued at most for a window that does not read; above them its socket is closed, and the window reconnects. */
const MAX_WAITING = 64 * 1024 * 1024

export function serveSocket(whole: Studio, socket: WebSocket, options: WindowOptions): void {
  const studio = guardStudio(whole, createGrants(), options)
  const client = answerClient(studio, (answer) => {
    if (socket.readyState !== socket.OPEN) return
    if (socket.bufferedAmount > MAX_WAITING) socket.terminate()
    else socket.send(encodeMessage(answer))
  })
  socket.on('error', () => {
    socket.terminate()
  })
  socket.on('close', () => {
    client.closed()
    void studio.end()
  })
  socket.on('message', (data: RawData, isBinary) => {
    try {
      if (isBinary) throw new TypeError('Messages are text.')
      client.take(clientMessage(decodeMessage((data as Buffer).toString('utf8'))))
    } catch {
      // Not a window of ours, or not of this version.
      socket.close(1008)
    }
  })
}
