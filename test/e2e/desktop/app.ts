// The desktop app without Electron: its built main process on another Node, its preload in a real Chromium, the real service.
import { type ChildProcess, execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Page } from '@playwright/test'
import { build } from 'vite'
import { buildElectron } from '../../../scripts/build-electron.mjs'
import { root } from '../support/studio.ts'
import type { FromMain, ToMain } from './messages.ts'

/** A secure address that Playwright answers from the app's own scheme, which a plain Chromium does not know. */
const ORIGIN = 'https://studio.test'

const built = (name: string): string => join(root, 'build', 'electron', name)

export interface DesktopApp {
  /** V8 of its main process. */
  readonly v8: string
  open(page: Page): Promise<void>
  quit(): Promise<void>
}

/** Builds the app and starts it on a home folder. */
export async function startDesktop(home: string): Promise<DesktopApp> {
  await buildElectron()
  await buildStandIn()
  const args = [built('main.cjs'), root, '--home', home]
  const main = fork(built('electron.cjs'), args, {
    execPath: otherNode(),
    execArgv: [],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const told = (fits: (message: FromMain) => boolean): Promise<FromMain> =>
    new Promise((resolve, reject) => {
      main.on('message', (message: FromMain) => {
        if (fits(message)) resolve(message)
      })
      main.once('exit', (code) => {
        reject(new Error(`The main process ended: ${String(code)}`))
      })
    })
  const ready = await told(({ tell }) => tell === 'ready')
  return {
    v8: 'v8' in ready ? ready.v8 : '',
    open: (page) => openWindow(page, main, told),
    quit: async () => {
      const gone = once(main, 'exit')
      main.send({ do: 'quit' } satisfies ToMain)
      await gone
    },
  }
}

async function openWindow(
  page: Page,
  main: ChildProcess,
  told: (fits: (message: FromMain) => boolean) => Promise<FromMain>,
): Promise<void> {
  let files = 0
  await page.exposeFunction('toMain', (message: ToMain) => void main.send(message))
  await page.addInitScript({ content: preloadScript() })
  main.on('message', (message: FromMain) => {
    if (message.tell === 'port' || message.tell === 'bytes' || message.tell === 'closed')
      page
        .evaluate((each) => {
          ;(window as unknown as { fromMain(message: unknown): void }).fromMain(each)
        }, message)
        .catch(() => undefined)
  })
  await page.route(`${ORIGIN}/**`, async (route) => {
    const id = ++files
    main.send({ do: 'file', id, path: new URL(route.request().url()).pathname } satisfies ToMain)
    const answer = await told((message) => message.tell === 'file' && message.id === id)
    if (answer.tell !== 'file') return
    const { status, headers, body } = answer
    await route.fulfill({ status, headers, body: Buffer.from(body, 'base64') })
  })
  await page.goto(`${ORIGIN}/`)
  await page.waitForSelector('html[data-ready]')
}

/** The built preload, with Electron's three objects stood in for; a port's other end is bridged to the main process. */
const preloadScript = (): string => `(() => {
  const listeners = {}, ports = {}
  const standIn = {
    contextBridge: { exposeInMainWorld: (name, api) => { window[name] = api } },
    ipcRenderer: {
      on: (channel, listener) => { (listeners[channel] ??= []).push(listener) },
      send: (channel) => void window.toMain({ do: 'send', channel }),
      invoke: () => Promise.resolve(undefined),
    },
    webUtils: { getPathForFile: () => '' },
  }
  window.fromMain = ({ tell, channel, id, bytes }) => {
    if (tell === 'bytes') ports[id]?.postMessage(Uint8Array.fromBase64(bytes))
    else if (tell === 'closed') ports[id]?.close()
    else {
      const { port1, port2 } = new MessageChannel()
      ports[id] = port2
      port2.onmessage = ({ data }) => void window.toMain({ do: 'bytes', id, bytes: data.toBase64() })
      for (const listener of listeners[channel] ?? []) listener({ ports: [port1] })
    }
  }
  ;((require, exports) => {
    ${readFileSync(built('preload.cjs'), 'utf8')}
  })(() => standIn, {})
})()`

/** A Node of another V8 than this one's: that of npm, or the first such on the path; else this one, and its V8 says so. */
function otherNode(): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node'
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name))
  const nodes = [process.env['npm_node_execpath'] ?? '', ...onPath].filter((path) => existsSync(path))
  return nodes.find((path) => v8Of(path) !== process.versions.v8) ?? process.execPath
}

const v8Of = (node: string): string => execFileSync(node, ['-p', 'process.versions.v8'], { encoding: 'utf8' }).trim()

const buildStandIn = (): Promise<unknown> =>
  build({
    root,
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    ssr: { noExternal: true },
    build: {
      ssr: join(root, 'test/e2e/desktop/electron.ts'),
      outDir: join(root, 'build', 'electron'),
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { format: 'cjs', entryFileNames: 'electron.cjs' } },
    },
  })
