// Stands in for Electron under the app's built main process, on a Node of another V8 than the service's. The journey's own
// process plays Chromium: it passes on what page and preload say. Arguments: the built main process, then the app's own.
import Module, { createRequire } from 'node:module'
import v8 from 'node:v8'
import { fakeElectron, type FakePort } from '../../unit/hosts/electron/fakes.ts'
import type { FromMain, ToMain } from './messages.ts'

const [, , main = '', root = ''] = process.argv
const tell = (message: FromMain): void => void process.send?.(message)

// Electron 45 has these; the Node that stands in for it may be older.
Promise.withResolvers ??= function <T>() {
  let resolve!: (value: T | PromiseLike<T>) => void
  let reject!: (reason?: unknown) => void
  const promise = new Promise<T>((...both) => ([resolve, reject] = both))
  return { promise, resolve, reject }
} as typeof Promise.withResolvers
URL.parse ??= (url, base) => (URL.canParse(url, base) ? new URL(url, base) : null)

// Its V8 writes a format that the service's V8 cannot read: whatever still used it between them would be cut.
const { serialize } = v8
v8.serialize = (value: unknown) => serialize(value).fill(16, 1, 2)

const fake = fakeElectron()
const app = Object.assign(fake.electron.app, { isPackaged: false, getAppPath: () => root })
const electron = { ...fake.electron, app }

const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown }
const load = loader._load.bind(loader)
loader._load = (request, ...rest) => (request === 'electron' ? electron : load(request, ...rest))

const ports: FakePort[] = []
const frame = {
  url: 'app://studio/',
  parent: null,
  postMessage: (channel: string, _message: unknown, [port]: FakePort[]) => {
    if (!port) return
    const id = ports.push(port) - 1
    tell({ tell: 'port', channel, id })
    port.on('message', ({ data }: { data: Uint8Array }) => {
      tell({ tell: 'bytes', id, bytes: Buffer.from(data).toString('base64') })
    })
    port.on('close', () => {
      tell({ tell: 'closed', id })
    })
  },
}

async function answerFile({ id, path }: Extract<ToMain, { do: 'file' }>): Promise<void> {
  const answer = fake.handler('protocol.handle') as unknown as (request: Request) => Response
  const response = answer(new Request(`app://studio${path}`))
  const body = Buffer.from(await response.arrayBuffer()).toString('base64')
  tell({ tell: 'file', id, status: response.status, headers: Object.fromEntries(response.headers), body })
}

process.on('message', (message: ToMain) => {
  if (message.do === 'file') void answerFile(message)
  else if (message.do === 'send') fake.ipc.emit(message.channel, { senderFrame: frame })
  else if (message.do === 'bytes') ports[message.id]?.postMessage(new Uint8Array(Buffer.from(message.bytes, 'base64')))
  else app.quit()
})
setInterval(() => {
  if (fake.called('gone').length > 0) process.exit(0)
}, 50)

createRequire(main)(main)
void app.whenReady().then(() => {
  setTimeout(tell, 100, { tell: 'ready', v8: process.versions.v8 })
})
