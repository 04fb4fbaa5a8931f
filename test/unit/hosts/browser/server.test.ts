// The browser host serves its own window to who holds the key, and nothing to anybody else.
import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { encodeMessage, requestBounds } from '../../../../main/contract/protocol.ts'
import { encodeValue } from '../../../../main/contract/wire/values.ts'
import { serveBrowser } from '../../../../main/hosts/browser/server.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { closed, hear, ownSocket, say, serve } from './talk.ts'

describe('a person with the address', () => {
  test('sends no key with it, and is given no cookie, which other ports of this computer would get too', async () => {
    const host = await serve()
    expect(host.url).toBe(`http://127.0.0.1:${String(host.port)}/#key=${host.secret}`)
    const { status, headers, body } = await host.get('/')
    expect(status).toBe(200)
    expect(headers['set-cookie']).toBeUndefined()
    expect(body).not.toContain(host.secret)
  })

  test('exchanges the key for the secret, which no cache keeps', async () => {
    const host = await serve()
    const { status, headers, body } = await host.get('/key', host.bearer())
    expect([status, body, headers['cache-control']]).toEqual([200, host.secret, 'no-store'])
  })

  test('is given proof that the host knows the secret, and nothing for what is no challenge', async () => {
    const host = await serve()
    const challenge = 'a-challenge-that-nobody-guesses'
    const { status, body, headers } = await host.get(`/proof?challenge=${challenge}`)
    expect([status, headers['cache-control']]).toEqual([200, 'no-store'])
    expect(body).toBe(createHmac('sha256', host.secret).update(challenge).digest('base64url'))
    for (const other of [
      '',
      '?challenge=',
      '?challenge=short',
      `?challenge=${'x'.repeat(65)}`,
      '?challenge=%00'.repeat(9),
    ])
      expect((await host.get(`/proof${other}`)).status).toBe(400)
  })

  test('gets the window and its files with their types, cached for good where their name holds a hash', async () => {
    const host = await serve()
    const page = await host.get('/')
    expect(page.body).toContain('the window')
    expect(page.headers).toMatchObject({ 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' })
    const script = await host.get('/assets/main-a1b2.js')
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8')
    expect(script.headers['cache-control']).toContain('immutable')
  })

  test('may come by a link, or by a page on their disk', async () => {
    const host = await serve()
    const link = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect((await host.get('/', link)).status).toBe(200)
    expect((await host.get('/icon.svg', link)).status).toBe(403)
    expect((await host.get('/', { ...link, 'sec-fetch-dest': 'iframe' })).status).toBe(403)
    expect((await host.get('/key', { ...link, ...host.bearer() })).status).toBe(403)
  })

  test('gets headers that allow the window nothing but itself', async () => {
    const host = await serve()
    for (const path of ['/', '/nothing', '/key']) {
      const { headers } = await host.get(path)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain(`ws://127.0.0.1:${String(host.port)}`)
      expect(policy).not.toContain('unsafe')
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-opener-policy': 'same-origin',
      })
    }
  })

  test('speaks to the service: events and an answer, bytes included', async () => {
    const host = await serve()
    const socket = await ownSocket(host)
    const event = hear(socket, ({ say }) => say === 'event')
    const value = hear(socket, ({ say }) => say === 'value')
    say(socket, { say: 'call', id: 7, method: 'data.undo', input: { file: 1, bytes: new Uint8Array([0, 255]) } })
    expect(await event).toEqual({ say: 'event', id: 7, event: { event: 'token', text: 'data.undo' } })
    expect(await value).toEqual({ say: 'value', id: 7, value: { file: 1, bytes: new Uint8Array([0, 255]) } })
  })

  test('may open the address for one visit once only, which then counts as used', async () => {
    const host = await serve()
    let used = 0
    const key = new URL(host.visit(() => used++)).hash.replace('#key=', '')
    expect(key).not.toBe(host.secret)
    expect(await host.get('/key', host.bearer(key))).toMatchObject({ status: 200, body: host.secret })
    expect((await host.get('/key', host.bearer(key))).status).toBe(403)
    expect(used).toBe(1)
  })
})

describe('a stranger', () => {
  test.each(['evil.example', 'evil.example:80', '127.0.0.1', '127.0.0.1.evil.example:PORT', 'localhost:1'])(
    'that makes the name "%s" point here is sent away, key or not',
    async (name) => {
      const host = await serve()
      const headers = { host: name.replace('PORT', String(host.port)) }
      expect((await host.get('/', headers)).status).toBeOneOf([400, 421])
      expect((await host.get('/key', { ...headers, ...host.bearer() })).body).not.toContain(host.secret)
      expect(await host.socket({ ...headers, origin: `http://${name}` }, '/studio', host.secret)).toBeOneOf([400, 403])
    },
  )

  test.each(['http://evil.example', 'https://127.0.0.1:PORT', 'http://127.0.0.1:1', 'null', 'file://'])(
    'page of %s gets no answer, even with the key',
    async (page) => {
      const host = await serve()
      const origin = page.replace('PORT', String(host.port))
      expect((await host.get('/', { origin })).status).toBe(403)
      expect((await host.get('/key', { origin, ...host.bearer() })).body).not.toContain(host.secret)
      expect(await host.socket({ origin }, '/studio', host.secret)).toBe(403)
    },
  )

  test('page that embeds one of the files gets no answer', async () => {
    const host = await serve()
    expect((await host.get('/icon.svg', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await host.get('/icon.svg', { 'sec-fetch-site': 'same-site' })).status).toBe(403)
  })

  test('program that says no origin gets no socket', async () => {
    const host = await serve()
    expect(await host.socket({}, '/studio', host.secret)).toBe(403)
  })

  test.each([
    ['without a key', {}],
    ['with a wrong key', { authorization: 'Bearer AAAA' }],
    ['with an empty key', { authorization: 'Bearer ' }],
    ['with the key in a cookie', { cookie: 'softprompt-PORT=SECRET' }],
    ['with the key as a password', { authorization: 'Basic SECRET' }],
  ])('%s gets neither the secret nor a socket', async (_, headers: Record<string, string>) => {
    const host = await serve()
    const sent = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        value.replace('PORT', String(host.port)).replace('SECRET', host.secret),
      ]),
    )
    const origin = `http://127.0.0.1:${String(host.port)}`
    for (const path of ['/key', '/?token=AAAA', `/?key=${host.secret}`, '/assets/main-a1b2.js', '/studio'])
      expect((await host.get(path, { ...sent, origin })).body).not.toContain(host.secret)
    expect((await host.get('/key', { ...sent, origin })).status).toBe(403)
    for (const key of [undefined, '', 'AAAA', `${host.secret}x`, host.secret.slice(1)])
      expect(await host.socket({ ...sent, origin }, '/studio', key)).toBe(403)
  })

  test.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e%2fsecret.txt',
    '/..%5csecret.txt',
    '/..\\secret.txt',
    '/%252e%252e%252fsecret.txt',
    '/..%c0%afsecret.txt',
    '/....//secret.txt',
    '/assets/..%00/secret.txt',
    '/.%2e/.%2e/etc/passwd',
    '//etc/passwd',
    '/%00',
    'http://evil.example/',
    '*',
  ])('gets nothing from outside the window by requesting %s', async (path) => {
    const host = await serve()
    const { status, body } = await host.get(path)
    expect(status).toBeOneOf([400, 404])
    expect(body).not.toMatch(/secret\n?$|root:/)
  })

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE'])('changes nothing by %s', async (method) => {
    const host = await serve()
    expect((await host.get('/', host.bearer(), method)).status).toBe(405)
  })

  test('gets a socket at no other path', async () => {
    const host = await serve()
    const headers = { origin: `http://127.0.0.1:${String(host.port)}` }
    for (const path of ['/', '/studio/', '/studio?x', '/other'])
      expect(await host.socket(headers, path, host.secret)).toBe(403)
  })
})

describe('a window that has gone mad', () => {
  test.each([
    ['nothing', Uint8Array.of()],
    ['no MessagePack', Uint8Array.of(0xc1)],
    ['what V8 would write', Uint8Array.of(0xff, 0x10, 0x6f, 0x7b, 0x00)],
    ['no message', encodeValue([0, 42], requestBounds)],
    ['a message of the service', encodeMessage({ say: 'hello', protocol: 1, studio: '0' }, requestBounds)],
    ['a number that is none', encodeMessage({ say: 'cancel', id: '1' } as never, requestBounds)],
    ['nesting without end', new Uint8Array(200_000).fill(0x91)],
  ])('is closed after %s, and the host goes on', async (_, bytes) => {
    const host = await serve()
    const socket = await ownSocket(host)
    const refused = hear(socket, ({ say }) => say === 'refused')
    socket.send(bytes)
    expect(await refused).toMatchObject({ code: 'run/protocol' })
    expect(await closed(socket)).toBe(1008)
    expect((await host.get('/')).status).toBe(200)
  })

  test.each([
    ['a field too many', encodeMessage({ say: 'cancel', id: 7, more: 1 } as never, requestBounds)],
    ['a call that is cut', encodeMessage({ say: 'call', id: 7, method: 'x', input: {} }, requestBounds).subarray(0, 9)],
  ])('learns that %s was not read, and may go on', async (_, bytes) => {
    const socket = await ownSocket(await serve())
    const answer = hear(socket, ({ say }) => say === 'error')
    socket.send(bytes)
    expect(await answer).toMatchObject({ id: 7, code: 'run/unreadable' })
    const value = hear(socket, ({ say }) => say === 'value')
    say(socket, { say: 'call', id: 8, method: 'runs.list', input: {} })
    expect(await value).toMatchObject({ id: 8 })
  })

  test('is closed after text in place of bytes', async () => {
    const socket = await ownSocket(await serve())
    socket.send('{"say":"hello"}')
    expect(await closed(socket)).toBe(1008)
  })

  test('is closed after a frame above the bound', async () => {
    const socket = await ownSocket(await serve())
    const code = closed(socket)
    socket.send('x'.repeat(33 * 1024 * 1024))
    expect(await code).toBe(1009)
  })

  test('gets no more than 32 sockets', async () => {
    const host = await serve()
    const headers = { origin: `http://127.0.0.1:${String(host.port)}` }
    const sockets = await Promise.all(Array.from({ length: 40 }, () => host.socket(headers, '/studio', host.secret)))
    expect(sockets.filter((socket) => socket === 503)).toHaveLength(8)
    expect(sockets.filter((socket) => typeof socket === 'object')).toHaveLength(32)
  })

  test('that does not read is closed before what waits for it fills the memory', async () => {
    const big = 'x'.repeat(1 << 20)
    const aborted = Promise.withResolvers<boolean>()
    const host = await serve({
      call: async (_method, _input, options) => {
        for (let i = 0; i < 300 && options?.signal?.aborted !== true; i++) {
          options?.onEvent?.({ event: 'token', text: big })
          await new Promise(setImmediate)
        }
        aborted.resolve(options?.signal?.aborted === true)
        return null as never
      },
    })
    const socket = await ownSocket(host)
    socket.pause()
    say(socket, { say: 'call', id: 1, method: 'studio.watch', input: {} })
    expect(await aborted.promise).toBe(true)
  })
})

describe('a host that cannot serve', () => {
  test('says in a sentence that the window is not built', async () => {
    const studio = { call: () => Promise.reject(new Error('unused')) }
    const window = { uploads: temporaryFolder(), allowed: [] }
    await expect(serveBrowser({ studio, window, folder: temporaryFolder() })).rejects.toMatchObject({
      code: 'run/no-window',
    })
  })

  test('says in a sentence that the port is taken', async () => {
    const { port } = await serve()
    await expect(serve(undefined, port)).rejects.toMatchObject({ code: 'run/port-taken' })
  })
})
