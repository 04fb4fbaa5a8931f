// Frames arrive whole however the stream is cut, and nonsense on the socket ends only itself.
import { connect as connectSocket } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { encodeFrame, frameReader } from '../../../../main/service/socket/frames.ts'
import { listen } from '../../../../main/service/socket/server.ts'
import { attach } from '../../../../main/service/socket/client.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

describe('frames', () => {
  it('come out as they went in, wherever the stream is cut', () => {
    const values = fc.array(fc.oneof(fc.string(), fc.double(), fc.array(fc.integer()), fc.uint8Array()), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(values, fc.array(fc.nat({ max: 30 })), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(encodeFrame))
        const read = frameReader()
        const got: unknown[] = []
        let at = 0
        for (const cut of [...cuts, stream.length]) {
          got.push(...read(stream.subarray(at, at + cut)))
          at = Math.min(stream.length, at + cut)
        }
        expect(got).toEqual(messages)
      }),
    )
  })

  it('of random bytes are refused or wait for more, and never collected above the bound', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          frameReader()(bytes)
        } catch (error) {
          expect(error).toMatchObject({ code: 'run/protocol' })
        }
      }),
      { numRuns: 2000 },
    )
    expect(() => frameReader()(Uint8Array.of(0xff, 0xff, 0xff, 0xff))).toThrow(
      expect.objectContaining({ code: 'run/protocol' }),
    )
  })
})

describe('a socket', () => {
  it('drops a peer that talks nonsense and goes on answering others', async () => {
    const address = process.platform === 'win32' ? '\\\\.\\pipe\\softprompt-test' : join(temporaryFolder(), 's.sock')
    const server = await listen({ call: (method) => Promise.resolve(method as never) }, address)
    onTestFinished(() => server.close())
    const stranger = connectSocket(address)
    stranger.resume().write(Buffer.alloc(64, 0xff))
    await new Promise((resolve) => stranger.once('close', resolve))
    const client = await attach(address)
    expect(await client?.call('models.list', {})).toBe('models.list')
    await client?.close()
  })
})
