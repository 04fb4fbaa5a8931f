// A browser host with a studio that echoes, and requests as raw as an attacker would write them.
import { mkdirSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { WebSocket } from 'ws'
import type { Studio } from '../../../../main/contract/service.ts'
import {
  answerBounds,
  type ClientMessage,
  decodeMessage,
  encodeMessage,
  requestBounds,
} from '../../../../main/contract/protocol.ts'
import type { Patience } from '../../../../main/hosts/browser/connections.ts'
import { type BrowserHost, serveBrowser } from '../../../../main/hosts/browser/server.ts'
import { temporaryFolder } from '../../../support/temporary.ts'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

/** Answers every method with what it was given, after telling of it. */
const echo: Studio = {
  call: (method, input, options) => {
    options?.onEvent?.({ event: 'token', text: method })
    return Promise.resolve(input as never)
  },
}

export interface Served extends BrowserHost {
  readonly port: number
  /** What the printed address carries behind its '#'. */
  readonly secret: string
  /** Where its windows' uploads lie. */
  readonly uploads: string
  /** A path exactly as given: no client tidies it up. */
  get(path: string, headers?: Record<string, string>, method?: string): Promise<Answer>
  /** The headers with which a window exchanges a key. */
  bearer(key?: string): Record<string, string>
  /** The socket, open or refused; `key` undefined = none is offered. */
  socket(headers?: Record<string, string>, path?: string, key?: string): Promise<WebSocket | number>
}

/** Serves a window of three files on any free port until the test ends. */
export async function serve(studio: Studio = echo, wanted = 0, patience?: Patience): Promise<Served> {
  const parent = temporaryFolder()
  const uploads = join(parent, 'uploads')
  const window = { uploads, allowed: [] }
  const folder = join(parent, 'window')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(parent, 'secret.txt'), 'secret')
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>the window</title>')
  writeFileSync(join(folder, 'assets', 'main-a1b2.js'), 'export {}')
  writeFileSync(join(folder, 'icon.svg'), '<svg/>')
  const host = await serveBrowser({ studio, window, folder, port: wanted, ...(patience ? { patience } : {}) })
  onTestFinished(() => host.close())
  const url = new URL(host.url)
  const port = Number(url.port)
  const secret = url.hash.replace('#key=', '')
  const get: Served['get'] = (path, headers = {}, method = 'GET') =>
    new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
        let body = ''
        response.on('data', (piece: Buffer) => (body += piece.toString()))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body })
        })
      })
        .on('error', reject)
        .end()
    })
  return {
    ...host,
    port,
    secret,
    uploads,
    get,
    bearer: (key = secret) => ({ authorization: `Bearer ${key}` }),
    socket: (headers = {}, path = '/studio', key) => open(`ws://127.0.0.1:${String(port)}${path}`, headers, key),
  }
}

function open(url: string, headers: Record<string, string>, key?: string): Promise<WebSocket | number> {
  return new Promise((resolve, reject) => {
    const protocols = key === undefined ? ['softprompt'] : ['softprompt', `softprompt.key.${key}`]
    const socket = new WebSocket(url, protocols, { headers })
    socket.once('open', () => {
      resolve(socket)
    })
    socket.once('unexpected-response', (_, { statusCode }) => {
      resolve(statusCode ?? 0)
      socket.terminate()
    })
    socket.on('error', reject)
  })
}

/** The socket of a window that the host served itself. */
export async function ownSocket(host: Served): Promise<WebSocket> {
  const origin = `http://127.0.0.1:${String(host.port)}`
  const socket = await host.socket({ origin }, '/studio', host.secret)
  if (typeof socket === 'number') throw new Error(`refused with ${String(socket)}`)
  return socket
}

export const say = (socket: WebSocket, message: unknown): void => {
  socket.send(encodeMessage(message as ClientMessage, requestBounds))
}

/** The next messages that fit, as they are read. */
export const hear = (socket: WebSocket, fits: (message: Record<string, unknown>) => boolean): Promise<unknown> =>
  new Promise((resolve) => {
    socket.on('message', (data) => {
      const message = decodeMessage(data as Buffer, answerBounds) as Record<string, unknown>
      if (fits(message)) resolve(message)
    })
  })

/** The code that it is closed with. */
export const closed = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.on('close', resolve)
  })
