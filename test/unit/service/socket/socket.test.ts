// The service's socket: peers of another version, or none of ours, get one sentence; nonsense on one line ends only that line.
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { answerBounds, decodeMessage, encodeMessage, requestBounds } from '../../../../main/contract/protocol.ts'
import { studioVersion } from '../../../../main/contract/version.ts'
import { frameReader, writeFrame } from '../../../../main/contract/wire/frames.ts'
import { attach } from '../../../../main/service/socket/client.ts'
import { listen } from '../../../../main/service/socket/server.ts'
import { v8Frame, otherGreeting } from '../../../support/old-peers.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

const anAddress = (): string =>
  process.platform === 'win32' ? '\\\\.\\pipe\\softprompt-test' : join(temporaryFolder(), 's.sock')

/** A service that answers each method with its name. */
async function service(): Promise<string> {
  const address = anAddress()
  const server = await listen({ call: (method) => Promise.resolve(method as never) }, address)
  onTestFinished(() => server.close())
  return address
}

/** What a stranger hears after the greeting until its line is closed, having said these bytes. */
async function saying(address: string, say: (socket: Socket) => void): Promise<unknown[]> {
  const heard: unknown[] = []
  const socket = connectSocket(address)
  const read = frameReader(answerBounds.bytes, (body) => heard.push(decodeMessage(body, answerBounds)))
  socket.on('data', read)
  socket.on('error', () => undefined)
  say(socket)
  await new Promise((resolve) => socket.once('close', resolve))
  return heard
}

const hello = { say: 'hello', protocol: 3, studio: studioVersion }
const refused = { say: 'refused', code: 'run/protocol', message: expect.stringContaining(studioVersion) as string }

describe('a service', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['writes as V8 of another runtime does', (socket) => socket.write(v8Frame)],
    [
      'speaks of what no version knows',
      (socket) => {
        writeFrame(socket, encodeMessage({ say: 'greet' } as never, requestBounds))
      },
    ],
    ['announces more than is ever sent', (socket) => socket.write(Buffer.alloc(64, 0xff))],
  ])('tells a peer that %s why it closes the line, and goes on answering others', async (_, say) => {
    const address = await service()
    expect(await saying(address, say)).toEqual([hello, refused])
    const client = await attach(address)
    expect(await client?.call('models.list', {})).toBe('models.list')
    await client?.close()
  })

  it('tells a client which of its calls could not be read, and answers the next', async () => {
    const heard = await saying(await service(), (socket) => {
      const call = { say: 'call', id: 5, method: 'models.list', input: {} } as const
      writeFrame(socket, encodeMessage(call, requestBounds).fill(0xc1, 20))
      writeFrame(socket, encodeMessage({ ...call, id: 6 }, requestBounds))
      setTimeout(() => socket.end(), 200)
    })
    expect(heard).toEqual([
      hello,
      expect.objectContaining({ say: 'error', id: 5, code: 'run/unreadable' }),
      { say: 'value', id: 6, value: 'models.list' },
    ])
  })
})

describe('a client', () => {
  /** A service of another kind, which says the same to all. */
  async function stranger(greet: (socket: Socket) => void): Promise<string> {
    const address = anAddress()
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      greet(socket)
    })
    await new Promise<void>((resolve) => server.listen(address, resolve))
    onTestFinished(() => void server.close())
    return address
  }

  it('names the version of a service that is another', async () => {
    const attached = attach(await stranger(otherGreeting))
    await expect(attached).rejects.toMatchObject({ code: 'run/protocol', message: expect.stringContaining('(9.9.9)') })
  })

  it.each<[string, (socket: Socket) => void]>([
    ['writes as V8 does', (socket) => socket.write(v8Frame)],
    [
      'greets with something else',
      (socket) => {
        writeFrame(socket, encodeMessage({ say: 'value', id: 1, value: 1 }, answerBounds))
      },
    ],
    ['announces more than is ever sent', (socket) => socket.write(Buffer.alloc(64, 0xff))],
  ])('says that a service which %s is of another version', async (_, greet) => {
    await expect(attach(await stranger(greet))).rejects.toMatchObject({ code: 'run/protocol' })
  })

  it('hears what its own receiver throws as that call’s error, which ends the call alone', async () => {
    const address = anAddress()
    const given = Promise.withResolvers<undefined>()
    const server = await listen(
      {
        call: async (method, _input, { onEvent, signal } = {}) => {
          if (method !== 'runs.watch') return method as never
          signal?.addEventListener('abort', () => {
            given.resolve(undefined)
          })
          onEvent?.({ event: 'progress', stage: 'training', done: 1, total: 2 })
          return given.promise as never
        },
      },
      address,
    )
    onTestFinished(() => server.close())
    const client = await attach(address)
    const defect = new TypeError('the receiver has a defect')
    const watching = client?.call(
      'runs.watch',
      { run: 'one' },
      {
        onEvent: () => {
          throw defect
        },
      },
    )
    await expect(watching).rejects.toBe(defect)
    expect(await client?.call('models.list', {})).toBe('models.list')
    // The service learns that nobody waits.
    await given.promise
    await client?.close()
  })

  it('learns which answer could not be read; its other calls go on', async () => {
    const address = await stranger((socket) => {
      writeFrame(socket, encodeMessage({ say: 'hello', protocol: 3, studio: studioVersion }, answerBounds))
      socket.once('data', () => {
        writeFrame(socket, encodeMessage({ say: 'value', id: 1, value: {} }, answerBounds).fill(0xc1, 10))
        writeFrame(socket, encodeMessage({ say: 'value', id: 2, value: 'two' }, answerBounds))
      })
    })
    const client = await attach(address)
    const calls = [client?.call('models.list', {}), client?.call('runs.list', {})]
    await expect(calls[0]).rejects.toMatchObject({ code: 'run/unreadable' })
    expect(await calls[1]).toBe('two')
    await client?.close()
  })
})
