// One window's websocket: messages in, messages out, nothing unbounded on either side.
import type { RawData, WebSocket } from 'ws'
import { answerClient } from '../../contract/answer.ts'
import type { Studio } from '../../contract/service.ts'
import { createGrants } from '../window/grants.ts'
import { guardStudio, type WindowOptions } from '../window/studio.ts'

/** Bytes queued at most for a window that does not read; above them its socket is closed, and the window reconnects. */
const MAX_WAITING = 64 * 1024 * 1024

export function serveSocket(whole: Studio, socket: WebSocket, options: WindowOptions): void {
  const studio = guardStudio(whole, createGrants(), options)
  const client = answerClient(studio, {
    send: (bytes) => {
      if (socket.readyState !== socket.OPEN) return
      if (socket.bufferedAmount > MAX_WAITING) socket.terminate()
      else socket.send(bytes)
    },
    // Not a window of ours, or not of this version.
    close: () => {
      socket.close(1008)
    },
  })
  socket.on('error', () => {
    socket.terminate()
  })
  socket.on('close', () => {
    client.closed()
    void studio.end()
  })
  socket.on('message', (data: RawData, isBinary) => {
    if (isBinary) client.take(data as Buffer)
    else client.broken()
  })
}
