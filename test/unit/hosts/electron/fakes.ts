// Electron's objects as far as the studio uses them: they record the calls, and answer as a test wants.
import { EventEmitter } from 'node:events'
import type { ElectronParts } from '../../../../main/hosts/electron/parts.ts'

/** `what(arguments)` in the order in which it happened. */
export type Calls = [what: string, ...args: unknown[]][]

type Handler = (...args: never[]) => unknown

/** An object of which each named method records its call and gives what is listed. */
function recorder<T extends object>(calls: Calls, prefix: string, gives: Record<string, unknown>): T & EventEmitter {
  const made = new EventEmitter() as T & EventEmitter
  for (const [name, value] of Object.entries(gives))
    Object.assign(made, {
      [name]: (...args: unknown[]) => {
        calls.push([`${prefix}.${name}`, ...args])
        return typeof value === 'function' ? (value as Handler)(...(args as never[])) : value
      },
    })
  return made
}

export interface FakeFrame {
  url: string
  parent: FakeFrame | null
  readonly posted: { readonly channel: string; readonly ports: readonly FakePort[] }[]
  postMessage(channel: string, message: unknown, ports: FakePort[]): void
}

export const fakeFrame = (url = 'app://studio/', parent: FakeFrame | null = null): FakeFrame => {
  const posted: FakeFrame['posted'] = []
  return { url, parent, posted, postMessage: (channel, _message, ports) => void posted.push({ channel, ports }) }
}

/** One end of a channel; what it posts arrives at the other. */
export class FakePort extends EventEmitter {
  other: FakePort | undefined
  isClosed = false
  postMessage(data: unknown): void {
    const { other } = this
    setImmediate(() => other?.emit('message', { data, ports: [] }))
  }
  start(): void {}
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    // Behind what was posted before.
    const { other } = this
    setImmediate(() => {
      if (!other?.isClosed) other?.emit('close')
      other?.close()
    })
  }
}

class FakeChannel {
  readonly port1 = new FakePort()
  readonly port2 = new FakePort()
  constructor() {
    this.port1.other = this.port2
    this.port2.other = this.port1
  }
}

export type FakeWindow = EventEmitter & {
  readonly webContents: EventEmitter & { refuses?: boolean }
  readonly options: { readonly webPreferences: Record<string, unknown> }
  readonly gone: boolean
  close(): void
}

/** Emits the event; false where a listener prevents its default. */
function allowed(emitter: EventEmitter, event: string): boolean {
  let allows = true
  emitter.emit(event, { preventDefault: () => (allows = false) })
  return allows
}

export interface FakeElectron {
  readonly electron: ElectronParts
  readonly calls: Calls
  readonly windows: FakeWindow[]
  readonly app: EventEmitter
  readonly ipc: EventEmitter
  readonly power: EventEmitter
  /** Answers of message boxes to come. */
  readonly answers: number[]
  /** Chromium's errors of loads to come. */
  readonly failures: string[]
  readonly notifications: EventEmitter[]
  readonly session: EventEmitter
  /** Calls with this name. */
  called(what: string): Calls
  /** What was last handed to it: a handler that Electron would call. */
  handler(what: string): Handler
}

/** `first`: whether no other instance holds the lock. */
export function fakeElectron({
  first = true,
  switches = [],
}: { readonly first?: boolean; readonly switches?: readonly string[] } = {}): FakeElectron {
  const calls: Calls = []
  const windows: FakeWindow[] = []
  const answers: number[] = []
  const failures: string[] = []
  const notifications: EventEmitter[] = []
  let isQuitting = false
  const box = () => Promise.resolve({ response: answers.shift() ?? 0 })
  const app = recorder<EventEmitter>(calls, 'app', {
    setPath: undefined,
    setAppUserModelId: undefined,
    requestSingleInstanceLock: first,
    enableSandbox: undefined,
    whenReady: Promise.resolve(),
    exit: undefined,
    relaunch: undefined,
    quit: () => {
      if (!allowed(app, 'before-quit')) return
      isQuitting = true
      for (const window of windows) window.close()
      isQuitting = false
      if (windows.every(({ gone }) => gone) && allowed(app, 'will-quit')) calls.push(['gone'])
    },
  })
  const commandLine = recorder(calls, 'commandLine', {
    appendSwitch: undefined,
    hasSwitch: (name: string) => switches.includes(name),
  })
  const session = recorder(calls, 'session', {
    setPermissionRequestHandler: undefined,
    setPermissionCheckHandler: undefined,
    setDevicePermissionHandler: undefined,
    setSpellCheckerEnabled: undefined,
  })
  const makeContents = () =>
    recorder(calls, 'contents', {
      send: undefined,
      setWindowOpenHandler: undefined,
    }) as unknown as FakeWindow['webContents']
  const ipc = Object.assign(new EventEmitter(), {
    handle: (channel: string, answer: (...args: unknown[]) => unknown) => {
      ipc.on(`handle:${channel}`, answer)
    },
  })
  const power = new EventEmitter()

  class BrowserWindow extends EventEmitter {
    readonly webContents = makeContents()
    readonly options: FakeWindow['options']
    gone = false
    constructor(options: FakeWindow['options']) {
      super()
      this.options = options
      windows.push(this)
      app.emit('web-contents-created', {}, this.webContents)
    }
    loadURL(url: string): Promise<void> {
      calls.push(['window.loadURL', url])
      const failure = failures.shift()
      return failure ? Promise.reject(Object.assign(new Error(failure), { code: failure })) : Promise.resolve()
    }
    show(): void {
      calls.push(['window.show'])
      this.emit('show')
    }
    focus(): void {
      calls.push(['window.focus'])
    }
    isMinimized(): boolean {
      return false
    }
    isDestroyed(): boolean {
      return this.gone
    }
    /** As Electron closes: the window is asked, then its page, whose refusal counts where nobody handles it. */
    close(): void {
      if (this.gone || !allowed(this, 'close')) return
      if (this.webContents.refuses && allowed(this.webContents, 'will-prevent-unload')) return
      this.gone = true
      this.emit('closed')
      if (!isQuitting) app.emit('window-all-closed')
    }
  }

  class Notification extends EventEmitter {
    constructor(options: unknown) {
      super()
      calls.push(['notification', options])
      notifications.push(this)
    }
    static isSupported(): boolean {
      return true
    }
    show(): void {}
  }

  const parts = {
    app: Object.assign(app, { commandLine }),
    BrowserWindow,
    dialog: recorder(calls, 'dialog', {
      showMessageBox: box,
      showErrorBox: undefined,
      showOpenDialog: Promise.resolve({ filePaths: [] }),
    }),
    ipcMain: ipc,
    Menu: recorder(calls, 'Menu', {
      buildFromTemplate: (template: unknown) => template,
      setApplicationMenu: undefined,
    }),
    MessageChannelMain: FakeChannel,
    nativeTheme: { shouldUseDarkColors: true },
    Notification,
    powerMonitor: power,
    powerSaveBlocker: recorder(calls, 'power', { start: 7, stop: undefined }),
    protocol: recorder(calls, 'protocol', { registerSchemesAsPrivileged: undefined }),
    session: {
      defaultSession: Object.assign(session, {
        webRequest: recorder(calls, 'webRequest', { onBeforeRequest: undefined }),
        protocol: recorder(calls, 'protocol', { handle: undefined }),
      }),
    },
    shell: recorder(calls, 'shell', { openExternal: Promise.resolve() }),
  }
  const called = (what: string): Calls => calls.filter(([name]) => name === what)
  return {
    electron: parts as unknown as ElectronParts,
    calls,
    windows,
    app,
    ipc,
    power,
    answers,
    failures,
    notifications,
    session,
    called,
    handler: (what) =>
      called(what)
        .at(-1)
        ?.findLast((arg) => typeof arg === 'function') as Handler,
  }
}
