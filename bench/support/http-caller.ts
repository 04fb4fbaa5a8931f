// Requests to the local API as programs make them, good ones and bad ones, without any client's own tries.
import { Agent, request } from 'node:http'
import { connect, type Socket } from 'node:net'

export interface HttpAnswer {
  readonly status: number
  readonly body: string
}

export interface Caller {
  /** Rejects where the connection is cut. */
  post(path: string, body: string, signal?: AbortSignal): Promise<HttpAnswer>
  get(path: string): Promise<HttpAnswer>
  /** A connection that sends half a request and then nothing. */
  slow(path: string): Socket
  close(): void
}

export function createCaller(url: string): Caller {
  const { hostname, port } = new URL(url)
  const agent = new Agent({ keepAlive: true })
  const send = (method: string, path: string, body?: string, signal?: AbortSignal): Promise<HttpAnswer> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' }
      const own = signal ? { signal } : {}
      const sent = request({ hostname, port, method, path, headers, agent, ...own }, (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (piece: string) => (text += piece))
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, body: text })
        })
        response.on('error', reject)
      })
      sent.on('error', reject).end(body)
    })
  return {
    post: (path, body, signal) => send('POST', path, body, signal),
    get: (path) => send('GET', path),
    slow: (path) => {
      const socket = connect(Number(port), hostname)
      socket.on('error', () => undefined)
      const head = ['Host: ' + hostname + ':' + port, 'Content-Type: application/json', 'Content-Length: 100']
      socket.write(`POST ${path} HTTP/1.1\r\n${head.join('\r\n')}\r\n\r\n{"text":`)
      return socket
    },
    close: () => {
      agent.destroy()
    },
  }
}
