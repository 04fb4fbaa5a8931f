// What peers of other versions say on a line: the studio's first wire was V8's own serialisation, which differs by V8.
import { serialize } from 'node:v8'
import { answerBounds, encodeMessage } from '../../main/contract/protocol.ts'
import { writeFrame } from '../../main/contract/wire/frames.ts'

/** A call as Chromium 156 writes it (Electron 45): value serialiser of format 16, which Node 24 cannot read. */
export const v8Body: Uint8Array = serialize({ say: 'call', id: 1, method: 'runs.list', input: {} })
v8Body[1] = 16

/** The same on a socket, behind its length. */
export const v8Frame: Uint8Array = Buffer.concat([Buffer.from(Uint32Array.of(v8Body.length).buffer), v8Body])

/** The greeting of a studio to come. */
export const otherBody: Uint8Array = encodeMessage({ say: 'hello', protocol: 99, studio: '9.9.9' }, answerBounds)

export const otherGreeting = (socket: Parameters<typeof writeFrame>[0]): void => {
  writeFrame(socket, otherBody)
}
