// Messages on a byte stream: a length, then a structured clone; no frame above a bound is ever collected.
import { deserialize, serialize } from 'node:v8'
import { studioError } from '../../contract/errors/index.ts'

/** Longest frame in bytes: well above the largest prompt. */
const MAX_FRAME = 64 * 1024 * 1024

/** Message -> length (u32, little-endian) and structured clone. Error: 'run/protocol' above the bound. */
export function encodeFrame(message: unknown): Buffer {
  const body = serialize(message)
  if (body.length > MAX_FRAME) throw studioError('run/protocol')
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

/** Returns a function that takes the stream's pieces, however they are cut, and gives whole messages. Error: 'run/protocol'. */
export function frameReader(): (piece: Uint8Array) => unknown[] {
  let pieces: Uint8Array[] = []
  let buffered = 0
  const gather = (): Buffer => {
    const all = Buffer.concat(pieces)
    pieces = [all]
    return all
  }
  /** Bytes that must be buffered before the pieces are joined again: joining at every piece would be quadratic. */
  let wanted = 4
  return (piece) => {
    pieces.push(piece)
    buffered += piece.length
    const messages: unknown[] = []
    while (buffered >= wanted) {
      const all = gather()
      const length = all.readUInt32LE(0)
      if (length > MAX_FRAME) throw studioError('run/protocol')
      wanted = 4 + length
      if (buffered < wanted) break
      messages.push(read(all.subarray(4, wanted)))
      pieces = [all.subarray(wanted)]
      buffered -= wanted
      wanted = 4
    }
    return messages
  }
}

function read(body: Uint8Array): unknown {
  try {
    return deserialize(body)
  } catch {
    throw studioError('run/protocol')
  }
}
