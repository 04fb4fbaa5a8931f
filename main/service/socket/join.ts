// Joins a socket to one end of the protocol: frames out, frames in, and nothing more once it cannot be read.
import type { Socket } from 'node:net'
import { answerBounds, type Line, type Receiver } from '../../contract/protocol.ts'
import { frameReader, writeFrame } from '../../contract/wire/frames.ts'

/** Bytes queued at most for a peer that does not read. */
const MAX_WAITING = 2 * answerBounds.bytes

/** `max`: bytes of the longest message that may come; `begin` makes the end of the protocol. */
export function joinSocket<R extends Receiver>(socket: Socket, max: number, begin: (line: Line) => R): R {
  const receiver = begin({
    send: (bytes) => {
      if (socket.writable) writeFrame(socket, bytes)
      if (socket.writableLength > MAX_WAITING) socket.destroy()
    },
    close: () => {
      socket.destroySoon()
    },
  })
  const whole: Uint8Array[] = []
  const read = frameReader(max, (bytes) => whole.push(bytes))
  socket.on('data', (piece) => {
    let isBroken = false
    try {
      read(piece)
    } catch {
      isBroken = true
    }
    // Not within the attempt to read: what the receiver throws is no fault of the peer's.
    for (const bytes of whole.splice(0)) receiver.take(bytes)
    if (!isBroken) return
    socket.removeAllListeners('data').resume()
    receiver.broken()
  })
  socket.on('error', () => socket.destroy())
  socket.on('close', () => {
    receiver.closed()
  })
  return receiver
}
