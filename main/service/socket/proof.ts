// The proof that a pipe on Windows is the studio's own: its name can be read by all, so another user could have made it first.
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import type { Socket } from 'node:net'

const BYTES = 32
/** Milliseconds that the other end may take. */
const WAIT_MS = 5_000

/** The key in the studio's folder, which only its owner can read; made where it is missing. */
export function keyOf(path: string): Buffer {
  try {
    writeFileSync(path, randomBytes(BYTES), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as { readonly code?: string }).code !== 'EEXIST') throw error
  }
  return readFileSync(path)
}

const proofOf = (key: Buffer, challenge: Buffer): Buffer => createHmac('sha256', key).update(challenge).digest()

/** Whether the other end knows the key: it answers a challenge that nobody has seen before. */
export async function isOurs(socket: Socket, key: Buffer): Promise<boolean> {
  const challenge = randomBytes(BYTES)
  socket.write(challenge)
  const answer = await first(socket)
  return answer !== undefined && timingSafeEqual(answer, proofOf(key, challenge))
}

/** Answers the other end's challenge; false where none comes. The key itself never crosses. */
export async function prove(socket: Socket, key: Buffer): Promise<boolean> {
  const challenge = await first(socket)
  if (challenge) socket.write(proofOf(key, challenge))
  return challenge !== undefined
}

/** The socket's first bytes; what follows them is read by the next who listens. Undefined where they do not come. */
function first(socket: Socket): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let all: Buffer = Buffer.alloc(0)
    const done = (bytes?: Buffer): void => {
      clearTimeout(timer)
      socket.off('data', take).off('close', lost).pause()
      if (all.length > BYTES) socket.unshift(all.subarray(BYTES))
      resolve(bytes)
      // Not before the next one has begun to listen.
      setImmediate(() => socket.resume())
    }
    const take = (piece: Buffer): void => {
      all = Buffer.concat([all, piece])
      if (all.length >= BYTES) done(all.subarray(0, BYTES))
    }
    const lost = (): void => {
      done()
    }
    const timer = setTimeout(lost, WAIT_MS)
    socket.on('data', take).on('close', lost)
  })
}
