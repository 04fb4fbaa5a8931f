// Requests that mean harm: foreign names, foreign pages, bodies without end, malformed ones, and callers that are slow or leave.
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { Studio } from '../../../../main/contract/service.ts'
import { promptsForAll, serve } from '../../../support/api.ts'

const prompts = promptsForAll()

const json = { 'content-type': 'application/json' }
const start = async (given: Parameters<typeof serve>[2] = {}) => {
  const { service, model } = prompts()
  return serve(service, model, given)
}

/** All that the other end says until it closes the connection. */
async function heard(socket: Socket): Promise<string> {
  let text = ''
  socket.on('data', (piece: Buffer) => (text += piece.toString()))
  socket.on('error', () => undefined)
  await once(socket, 'close')
  return text
}

describe('a foreign name that leads here', () => {
  it.each(['evil.test', 'evil.test:80', '127.0.0.1', '127.0.0.1:1', 'localhost.evil.test', '10.0.0.1', '[::2]'])(
    'gets nothing: %s',
    async (host) => {
      const api = await start()
      for (const path of ['/health', '/v1/models', '/metrics'])
        expect([400, 421]).toContain((await api.ask(path, { headers: { host } })).status)
    },
  )

  it('gets nothing where it is empty, or missing', async () => {
    const api = await start()
    for (const line of ['Host:\r\n', 'Host: \r\n', 'Host: a b\r\n', '']) {
      const socket = api.raw()
      const answer = heard(socket)
      socket.write(`GET /health HTTP/1.1\r\n${line}Connection: close\r\n\r\n`)
      expect(await answer).toMatch(/^HTTP\/1\.1 4(00|21) /)
    }
  })

  it('is none where it is the server’s own', async () => {
    const api = await start({ names: ['api.example.org'] })
    const port = String(api.port)
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `LOCALHOST:${port}`,
      `[::1]:${port}`,
      'api.example.org',
    ])
      expect((await api.ask('/health', { headers: { host } })).status).toBe(200)
  })
})

describe('a page of another site', () => {
  const foreign = [
    { origin: 'https://evil.test' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ] as Record<string, string>[]

  it.each(foreign)('gets nothing, and no leave to read an answer: %o', async (headers) => {
    const api = await start()
    for (const [path, method] of [
      ['/v1/models', 'GET'],
      ['/v1/classify', 'POST'],
      ['/v1/classify', 'OPTIONS'],
    ] as const) {
      const body = method === 'POST' ? { body: '{"text":"praise"}' } : {}
      const answer = await api.ask(path, { method, headers: { ...json, ...headers }, ...body })
      expect(answer.status).toBe(403)
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('may ask where its origin is named, and asks ahead', async () => {
    const origin = 'https://mine.test'
    const api = await start({ origins: [origin] })
    const ahead = await api.ask('/v1/classify', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
    })
    expect(ahead).toMatchObject({ status: 204, headers: { 'access-control-allow-origin': origin, vary: 'origin' } })
    expect(ahead.headers['access-control-allow-headers']).toBe('content-type')
    const answer = await api.post('/v1/classify', { text: 'praise' }, { origin })
    expect(answer).toMatchObject({ status: 200, headers: { 'access-control-allow-origin': origin } })
    expect((await api.ask('/v1/models', { headers: { origin: 'https://mine.test.evil' } })).status).toBe(403)
  })

  it('cannot send a form in place of JSON', async () => {
    const api = await start()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', ''])
      expect(
        (await api.ask('/v1/classify', { method: 'POST', headers: { 'content-type': type }, body: '{"text":"a"}' }))
          .status,
      ).toBe(415)
  })
})

describe('a body', () => {
  it('that is too large is refused before it is read, whether it says how large it is or not', async () => {
    const api = await start()
    const large = 'x'.repeat(5 * 2 ** 20)
    const told = await api.post('/v1/classify', { text: large }).catch(String)
    expect(typeof told === 'string' || told.status === 413).toBe(true)
    const socket = api.raw()
    const host = `127.0.0.1:${String(api.port)}`
    socket.write(
      `POST /v1/classify HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
    )
    const answer = heard(socket)
    for (let i = 0; i < 6 && socket.writable; i++) socket.write(`100000\r\n${'x'.repeat(0x100000)}\r\n`)
    const refused = await answer
    expect(refused).toMatch(/^HTTP\/1\.1 413 /)
    // A program that goes on with this connection would lose its next request.
    expect(refused).toMatch(/\r\nconnection: close\r\n/i)
    expect((await api.ask('/health')).status).toBe(200)
  })

  it('that comes in pieces is answered as any other', async () => {
    const api = await start()
    const socket = api.raw()
    const lines = [
      'POST /v1/classify HTTP/1.1',
      `Host: 127.0.0.1:${String(api.port)}`,
      'Content-Type: application/json',
    ]
    socket.write([...lines, 'Transfer-Encoding: chunked', 'Connection: close', '', '9', '{"text":"', ''].join('\r\n'))
    const answer = heard(socket)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.write('8\r\npraise"}\r\n0\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1\.1 200 /)
  })

  it.each([
    ['', 'invalid_json'],
    ['{', 'invalid_json'],
    ['[]', 'invalid_request'],
    ['{"text":1}', 'invalid_request'],
    ['{"prompt":[],"text":"a"}', 'invalid_request'],
    [`{"prompt":${JSON.stringify(Array.from({ length: 200 }, () => 'team'))},"text":"a"}`, 'invalid_request'],
    [`{"text":${'['.repeat(500_000)}`, 'too_deep'],
    [`{"a":${'{"a":'.repeat(100)}1${'}'.repeat(100)},"text":"x"}`, 'too_deep'],
  ])('that is malformed is refused in one sentence: %#', async (body, code) => {
    const api = await start()
    const answer = await api.ask('/v1/classify', { method: 'POST', headers: json, body })
    expect(answer.status).toBe(400)
    const { error } = JSON.parse(answer.body) as { error: { code: string; message: string } }
    expect(error.code).toBe(code)
    expect(error.message.length).toBeLessThan(400)
    expect(error.message).toMatch(/\.$/)
  })

  it('with names that mean something to JavaScript is only a body', async () => {
    const api = await start()
    const body = '{"text":"praise","__proto__":{"prompt":"nobody"},"constructor":{"prototype":{"x":1}}}'
    const answer = await api.ask('/v1/classify', { method: 'POST', headers: json, body })
    expect(answer.status).toBe(200)
  })
})

describe('a caller', () => {
  it('that is slow to send is cut, and others are answered meanwhile', async () => {
    const api = await start({ patience: { headers: 300, request: 600 } })
    const host = `127.0.0.1:${String(api.port)}`
    const [inHeaders, inBody, silent] = [api.raw(), api.raw(), api.raw()]
    inHeaders.write(`GET /health HTTP/1.1\r\nHost: ${host}\r\nX-Slow: `)
    inBody.write(
      `POST /v1/classify HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    )
    const answers = [inHeaders, inBody].map(heard)
    expect((await api.post('/v1/classify', { text: 'praise' })).status).toBe(200)
    for (const answer of await Promise.all(answers)) expect(answer).toMatch(/^(HTTP\/1\.1 408 |$)/)
    silent.destroy()
    expect((await api.ask('/health')).status).toBe(200)
  })

  it.each([
    ['at once', 'Content-Length: 17\r\n\r\n{"text":"praise"}'],
    ['in pieces', 'Transfer-Encoding: chunked\r\n\r\n11\r\n{"text":"praise"}\r\n0\r\n\r\n'],
  ])('that has sent its request %s and leaves takes it with it', async (_, rest) => {
    let signal: AbortSignal | undefined
    const { service, model } = prompts()
    const slow: Studio = {
      call: (method, input, options) => {
        if (method !== 'serving.ask') return service.call(method, input, options)
        signal = options?.signal
        return new Promise((_, reject) => {
          signal?.addEventListener('abort', () => {
            reject(new Error('nobody waits'))
          })
        })
      },
    }
    const api = await serve(slow, model)
    const socket = api.raw()
    const host = `127.0.0.1:${String(api.port)}`
    socket.write(`POST /v1/classify HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\n${rest}`)
    await expect.poll(() => signal).toBeDefined()
    expect(signal?.aborted).toBe(false)
    socket.destroy()
    await expect.poll(() => signal?.aborted).toBe(true)
    await expect.poll(() => api.lines.map(({ status }) => status)).toEqual([499])
  })

  it('finds a place though others take theirs to send, and none while as many as may are answered', async () => {
    const { service, model } = prompts()
    const never: Studio = {
      call: (method, input, options) => {
        if (method !== 'serving.write') return service.call(method, input, options)
        options?.onEvent?.({ event: 'wrote', text: 'A', tokens: [] } as never)
        return new Promise(() => undefined)
      },
    }
    const api = await serve(never, model, { patience: { drain: 200 } })
    const head = `POST /v1/completions HTTP/1.1\r\nHost: 127.0.0.1:${String(api.port)}\r\nContent-Type: application/json\r\n`
    const slow = Array.from({ length: 250 }, () => api.raw())
    for (const socket of slow) socket.write(`${head}Content-Length: 99\r\n\r\n{`)
    const asked = { model: 'writer', prompt: 'a', stream: true }
    const body = JSON.stringify(asked)
    const streams = Array.from({ length: 256 }, () => api.raw())
    const begun = streams.map((socket) => once(socket, 'data'))
    for (const socket of streams) socket.write(`${head}Content-Length: ${String(body.length)}\r\n\r\n${body}`)
    for (const [data] of await Promise.all(begun)) expect(String(data)).toMatch(/^HTTP\/1\.1 200 /)
    expect(await api.post('/v1/completions', asked)).toMatchObject({ status: 503, json: { error: { code: 'busy' } } })
    streams[0]?.destroy()
    await expect.poll(async () => (await api.post('/v1/classify', { text: 'praise' })).status).toBe(200)
  })

  it('is told where an answer takes too long', async () => {
    const { service, model } = prompts()
    const slow: Studio = {
      call: (method, input, options) =>
        method === 'serving.ask'
          ? new Promise((_, reject) => {
              options?.signal?.addEventListener('abort', () => {
                reject(new Error('late'))
              })
            })
          : service.call(method, input, options),
    }
    const api = await serve(slow, model, { patience: { answer: 200 } })
    expect(await api.post('/v1/classify', { text: 'praise' })).toMatchObject({
      status: 504,
      json: { error: { code: 'timeout' } },
    })
  })

  it('hears that the server failed, and its log why', async () => {
    const { service, model } = prompts()
    const broken: Studio = {
      call: (method, input, options) =>
        method === 'serving.ask' ? Promise.reject(new TypeError('a secret')) : service.call(method, input, options),
    }
    const api = await serve(broken, model)
    const answer = await api.post('/v1/classify', { text: 'praise' })
    expect(answer).toMatchObject({ status: 500, json: { error: { type: 'server_error', code: 'internal' } } })
    expect(answer.body).not.toContain('secret')
    await expect.poll(() => api.lines.map(({ error }) => error)).toEqual(['a secret'])
  })

  it('finds nothing at other addresses, and no other methods', async () => {
    const api = await start()
    for (const path of ['/', '/v1', '/v1/classify/x', '/../etc/passwd', '//evil.test/health', '/v1/classify%00'])
      expect([404, 400]).toContain((await api.ask(path)).status)
    for (const method of ['GET', 'PUT', 'DELETE', 'TRACE'])
      expect([405, 501]).toContain((await api.ask('/v1/classify', { method })).status)
  })
})

describe('the end', () => {
  it('waits for the answers under way, and takes no more requests', async () => {
    const { service, model } = prompts()
    const { promise: released, resolve: release } = Promise.withResolvers<undefined>()
    let asked = 0
    const held: Studio = {
      call: async (method, input, options) => {
        if (method === 'serving.ask') {
          asked++
          await released
        }
        return service.call(method, input, options)
      },
    }
    const api = await serve(held, model)
    const underWay = Array.from({ length: 5 }, () => api.post('/v1/classify', { text: 'praise' }))
    await expect.poll(() => asked).toBe(5)
    const closed = api.close()
    await expect(api.ask('/health')).rejects.toThrow()
    release(undefined)
    for (const answer of await Promise.all(underWay))
      expect(answer).toMatchObject({ status: 200, headers: { connection: 'close' } })
    await closed
  })

  it('does not wait for ever', async () => {
    const { service, model } = prompts()
    const never: Studio = {
      call: (method, input, options) =>
        method === 'serving.ask' ? new Promise(() => undefined) : service.call(method, input, options),
    }
    const api = await serve(never, model, { patience: { drain: 200 } })
    const lost = api.post('/v1/classify', { text: 'praise' }).catch(String)
    await new Promise((resolve) => setTimeout(resolve, 100))
    await api.close()
    expect(String(await lost)).toMatch(/hang up|ECONNRESET/)
  })
})
