// Nobody without the key can lock out who has it: refused, slow, idle and silent connections are let go of soon, and make room.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type Patience, patience } from '../../../../main/hosts/browser/connections.ts'
import { ownSocket, serve, type Served } from './talk.ts'

/** A connection that says so much and then holds on, whatever it is told. */
async function hold(host: Served, text = ''): Promise<Socket> {
  const socket = connect({ port: host.port, host: '127.0.0.1', allowHalfOpen: true })
  onTestFinished(() => void socket.destroy())
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}

const upgrade = ({ port }: Served): string =>
  [
    'GET /studio HTTP/1.1',
    `Host: 127.0.0.1:${String(port)}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    '\r\n',
  ].join('\r\n')

/** How long the host keeps its side, in milliseconds: writing to a side that is gone fails. */
async function keeps(socket: Socket): Promise<number> {
  const from = performance.now()
  const closed = new Promise((resolve) => socket.on('close', resolve))
  socket.on('end', () => {
    const probe = setInterval(() => socket.write('x'), 20)
    socket.on('close', () => {
      clearInterval(probe)
    })
  })
  socket.resume()
  await closed
  return performance.now() - from
}

test('a refused upgrade is let go of at once, though the other side holds on', async () => {
  const host = await serve()
  expect(await keeps(await hold(host, upgrade(host)))).toBeLessThan(1000)
})

/** A fortieth of the host’s own patience; Node itself adds a second where a connection was used before. */
const short = Object.fromEntries(Object.entries(patience).map(([kind, ms]) => [kind, ms / 40])) as Patience

test.each([
  ['says nothing', ''],
  ['never ends its headers', 'GET / HTTP/1.1\r\nHost: '],
  ['never sends its body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n'],
  ['asks once and stays', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'],
])('one that %s is let go of within seconds', async (_, text) => {
  const host = await serve(undefined, 0, short)
  expect(await keeps(await hold(host, text))).toBeLessThan(12_000 / 40 + 1_300)
})

test('no wait is longer than ten seconds', () => {
  for (const ms of Object.values(patience)) expect(ms).toBeLessThanOrEqual(10_000)
})

test.each([
  ['refused upgrades', upgrade],
  ['silence', () => ''],
])('600 connections of %s keep nobody out, and no line that is open is cut', async (_, text) => {
  const host = await serve()
  const before = await ownSocket(host)
  let gone = 0
  for (let i = 0; i < 600; i++) (await hold(host, text(host))).on('end', () => gone++).resume()
  expect((await host.get('/')).status).toBe(200)
  await ownSocket(host)
  expect(before.readyState).toBe(before.OPEN)
  await vi.waitFor(() => {
    expect(gone).toBeGreaterThan(400)
  })
})
