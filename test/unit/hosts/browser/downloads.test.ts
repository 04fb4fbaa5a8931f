// Files that the service writes for a window: taken once at their own address, however large, and gone then.
import { readdirSync, truncateSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Placed } from '../../../../main/contract/methods/host.ts'
import type { Studio } from '../../../../main/contract/service.ts'
import { cleanName } from '../../../../main/hosts/window/uploads.ts'
import { hear, ownSocket, say, type Served, serve } from './talk.ts'

/** Writes what it is asked to save. */
const writing = (write: (path: string) => void): Studio => ({
  call: (_method, input) => {
    write((input as { path: string }).path)
    return Promise.resolve({ rows: 1 } as never)
  },
})

async function start(write: (path: string) => void) {
  const host = await serve(writing(write))
  const socket = await ownSocket(host)
  const waiting = new Map<unknown, (value: unknown) => void>()
  // One listener for all calls, however many.
  void hear(socket, ({ id, value }) => {
    waiting.get(id)?.(value)
    return false
  })
  const call = (method: string, input: unknown): Promise<unknown> =>
    new Promise((resolve) => {
      const id = waiting.size + 1
      waiting.set(id, resolve)
      say(socket, { say: 'call', id, method, input })
    })
  const place = (name: string) => call('files.place', { name }) as Promise<Placed>
  const save = (path: string) => call('labellings.save', { labelling: 1, to: 'csv', path })
  return { host, socket, place, save }
}

/** Counts a body's bytes without keeping them. */
const sizeOf = ({ port }: Served, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let size = 0
      response.on('data', (piece: Buffer) => (size += piece.length))
      response.on('end', () => {
        resolve(size)
      })
    })
      .on('error', reject)
      .end()
  })

const filesIn = ({ uploads }: Served): string[] =>
  readdirSync(uploads, { recursive: true })
    .map(String)
    .filter((name) => name.endsWith('.csv'))

describe('a file for a window', () => {
  it('is taken once, by its name, and gone then', async () => {
    const { host, place, save } = await start((path) => {
      writeFileSync(path, 'text,answer\n')
    })
    const { grant, name, address } = await place('mail labelled.csv')
    expect(name).toBe('mail labelled.csv')
    expect(await save(grant)).toEqual({ rows: 1 })
    expect(filesIn(host)).toHaveLength(1)
    const { status, headers, body } = await host.get(address)
    expect([status, body]).toEqual([200, 'text,answer\n'])
    expect(headers).toMatchObject({
      'content-disposition': "attachment; filename*=UTF-8''mail%20labelled.csv",
      'content-length': '12',
      'cache-control': 'no-store',
    })
    expect((await host.get(address)).status).toBe(404)
    await expect.poll(() => filesIn(host)).toEqual([])
  })

  it('may be larger than any message', async () => {
    const bytes = 200 * 2 ** 20
    const { host, place, save } = await start((path) => {
      writeFileSync(path, '')
      truncateSync(path, bytes)
    })
    const { grant, address } = await place('large.csv')
    await save(grant)
    expect(await sizeOf(host, address)).toBe(bytes)
  })

  it('is not there where it was not written, and goes when its window leaves', async () => {
    const { host, socket, place, save } = await start((path) => {
      writeFileSync(path, 'x')
    })
    expect((await host.get((await place('never.csv')).address)).status).toBe(404)
    const { grant, address } = await place('mail.csv')
    await save(grant)
    socket.close()
    await expect.poll(() => filesIn(host)).toEqual([])
    expect((await host.get(address)).status).toBe(404)
  })

  it('is given to no other site’s page, nor to who guesses', async () => {
    const { host, place, save } = await start((path) => {
      writeFileSync(path, 'secret')
    })
    const { grant, address } = await place('mail.csv')
    await save(grant)
    expect((await host.get(address, { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await host.get(address, { origin: 'http://evil.example' })).status).toBe(403)
    for (const guess of ['/downloads/', '/downloads/AAAA', `${address}/`, `${address}x`])
      expect((await host.get(guess)).status).toBe(404)
    expect((await host.get(address, {}, 'HEAD')).status).toBe(404)
    expect((await host.get(address, { 'sec-fetch-site': 'same-origin' })).body).toBe('secret')
  })

  it('keeps its name, whatever letters it has', async () => {
    const { host, place, save } = await start((path) => {
      writeFileSync(path, 'x')
    })
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60, unit: 'binary' }), async (name) => {
        const { grant, address } = await place(name)
        await save(grant)
        const disposition = String((await host.get(address)).headers['content-disposition'])
        expect(disposition).toMatch(/^attachment; filename\*=UTF-8''[\w%.~!-]+$/)
        expect(decodeURIComponent(disposition.replace(/^.*''/, ''))).toBe(cleanName(name))
      }),
      { numRuns: 50 },
    )
  })

  it('waits among a bounded number', async () => {
    const { host, place, save } = await start((path) => {
      writeFileSync(path, 'x')
    })
    const { grant, address } = await place('first.csv')
    await save(grant)
    for (let i = 0; i < 64; i++) await place('more.csv')
    expect((await host.get(address)).status).toBe(404)
    await expect.poll(() => filesIn(host)).toEqual([])
  })
})
