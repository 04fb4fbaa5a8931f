// Messages on a stream of bytes: a length (u32, little-endian), then as many bytes; nothing above a bound is ever collected.
import { studioError } from '../errors/index.ts'

/** A socket or pipe, as far as a frame needs it. */
interface Stream {
  cork(): void
  uncork(): void
  write(bytes: Uint8Array, written?: () => void): unknown
}

/** Writes without copying; `written` is called when the bytes have been handed to the system. */
export function writeFrame(stream: Stream, body: Uint8Array, written?: () => void): void {
  const head = new Uint8Array(4)
  new DataView(head.buffer).setUint32(0, body.length, true)
  stream.cork()
  stream.write(head)
  stream.write(body, written)
  stream.uncork()
}

/**
 * Returns a function that takes the stream's pieces, however they are cut, and hands on each whole body, in memory of its
 * own. Error: 'run/protocol' for a longer one than `max` bytes; nothing more can be read from the stream then.
 */
export function frameReader(max: number, onBody: (body: Uint8Array) => void): (piece: Uint8Array) => void {
  const head = new Uint8Array(4)
  const length = new DataView(head.buffer)
  let body: Uint8Array | undefined
  let filled = 0
  return (piece) => {
    let at = 0
    while (at < piece.length || body?.length === 0) {
      const target = body ?? head
      const taken = piece.subarray(at, at + target.length - filled)
      target.set(taken, filled)
      at += taken.length
      filled += taken.length
      if (filled < target.length) return
      filled = 0
      if (body) {
        const whole = body
        body = undefined
        onBody(whole)
      } else {
        if (length.getUint32(0, true) > max) throw studioError('run/protocol')
        body = new Uint8Array(length.getUint32(0, true))
      }
    }
  }
}
