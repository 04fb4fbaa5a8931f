// The local API over a service with the small test engine, and requests as raw as an attacker would write them.
import { mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { connect as connectSocket, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import type { Studio } from '../../main/contract/service.ts'
import type { RequestLine } from '../../main/contract/serving.ts'
import { keyFileIn, openKeys, type Keys } from '../../main/service/serving/keys.ts'
import { type ApiHost, type ApiOptions, serveApi } from '../../main/hosts/api/server.ts'
import { openHome } from '../../main/service/home/home.ts'
import { createService, type Service } from '../../main/service/service.ts'
import { prepareStudio, quick, spawnFake, watchRun } from './fake-studio.ts'
import { temporaryFolder } from './temporary.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface Api extends ApiHost {
  readonly port: number
  readonly keys: Keys
  readonly lines: RequestLine[]
  /** A path exactly as given: no client tidies it up. */
  ask(path: string, options?: { method?: string; headers?: Record<string, string>; body?: string }): Promise<Answer>
  /** A body as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answer & { readonly json: never }>
  /** A connection on which anything may be written. */
  raw(): Socket
}

export interface Prompts {
  readonly service: Service
  /** The base model's name. */
  readonly model: string
  /** Tunes a prompt that chooses among the same three labels, and puts it on the shelf until the test ends. */
  add(name: string): Promise<void>
}

/** A service with "team", which has three labels, and "writer" on its shelf, tuned by the test engine: for all tests of a file. */
export function promptsForAll(): () => Prompts {
  let made: Prompts | undefined
  let folder = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'softprompt-test-'))
    const service = await createService({ home: openHome(join(folder, 'home')), spawn: spawnFake, threads: 1 })
    const base = await prepareStudio(service, folder)
    const put = async (name: string, task: 'classification' | 'generation'): Promise<void> => {
      await service.call('runs.start', { ...base, name, settings: { ...quick, task } })
      await watchRun(service, name)
      await service.call('shelf.put', { prompt: name })
    }
    await put('team', 'classification')
    await put('writer', 'generation')
    const add = async (name: string): Promise<void> => {
      await put(name, 'classification')
      onTestFinished(async () => void (await service.call('shelf.takeOff', { item: name })))
    }
    made = { service, model: base.model, add }
  }, 120_000)
  afterAll(async () => {
    await made?.service.close()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  })
  return () => {
    if (!made) throw new Error('the tests have not begun')
    return made
  }
}

/** Serves on any free port until the test ends. */
export async function serve(
  studio: Studio,
  model: string,
  given: Partial<Omit<ApiOptions, 'studio' | 'model' | 'keys' | 'onRequest'>> = {},
): Promise<Api> {
  const keys = openKeys(keyFileIn(temporaryFolder()))
  const lines: RequestLine[] = []
  const host = await serveApi({
    ...{ studio, model, keys, address: '127.0.0.1', port: 0, needsKey: false },
    ...given,
    onRequest: (line) => lines.push(line),
  })
  let isOpen = true
  const close = async (): Promise<void> => {
    isOpen = false
    await host.close()
  }
  onTestFinished(async () => {
    if (isOpen) await host.close()
  })
  const port = Number(new URL(host.url).port)
  const ask: Api['ask'] = (path, { method = 'GET', headers = {}, body } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
        let text = ''
        response.on('data', (piece: Buffer) => (text += piece.toString()))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text })
        })
        response.on('error', reject)
      })
      sent.on('error', reject).end(body)
    })
  return {
    ...{ url: host.url, close, port, keys, lines, ask },
    post: async (path, body, headers = {}) => {
      const type = { 'content-type': 'application/json' }
      const answer = await ask(path, { method: 'POST', headers: { ...type, ...headers }, body: JSON.stringify(body) })
      return { ...answer, json: parsed(answer.body) as never }
    },
    raw: () => {
      const socket = connectSocket(port, '127.0.0.1')
      onTestFinished(() => void socket.destroy())
      return socket
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
