// The desktop app on fakes of Electron's objects: what it forbids, hands over, asks a person and restarts. Electron itself does not run here.
import { describe, expect, test, vi } from 'vitest'
import { type Client, createClient } from '../../../../main/contract/client.ts'
import { requestBounds } from '../../../../main/contract/protocol.ts'
import { encodeValue } from '../../../../main/contract/wire/values.ts'
import { fakeFrame, type FakePort } from './fakes.ts'
import { type App, quiet, start, withRun } from './support.ts'

describe('starting', () => {
  test('a second instance hands over to the first and opens nothing', async () => {
    const app = await start(quiet, { first: false })
    expect(app.windows).toEqual([])
    expect(app.called('app.quit')).toHaveLength(1)
  })

  test('the lock is taken before anything else but its place', async () => {
    const { calls } = await start()
    expect(calls.slice(0, 4).map(([what]) => what)).toEqual([
      'app.setAppUserModelId',
      'app.setPath',
      'app.requestSingleInstanceLock',
      'app.enableSandbox',
    ])
  })

  test('the window is sandboxed and isolated, with one preload and the theme as its ground', async () => {
    const { windows } = await start()
    expect(windows).toHaveLength(1)
    expect(windows[0]!.options).toMatchObject({ show: false, backgroundColor: '#1b1917' })
    expect(windows[0]!.options.webPreferences).toMatchObject({
      preload: '/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
      spellcheck: false,
    })
  })

  test('the window is shown when it has something to show', async () => {
    const { windows, called } = await start()
    expect(called('window.loadURL')).toEqual([['window.loadURL', 'app://studio/']])
    expect(called('window.show')).toHaveLength(0)
    windows[0]!.emit('ready-to-show')
    expect(called('window.show')).toHaveLength(1)
  })
})

describe('the window’s files', () => {
  const request = async (app: App, url: string, method = 'GET'): Promise<Response> =>
    (app.handler('protocol.handle') as (request: Request) => Response)(new Request(url, { method }))

  test('come with the policy that allows nothing but the app', async () => {
    const page = await request(await start(), 'app://studio/')
    expect(await page.text()).toContain('the window')
    const policy = page.headers.get('content-security-policy')
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self';")
  })

  test.each([
    'app://other/',
    'app://studio/../mail.csv',
    'app://studio/%2e%2e/mail.csv',
    'app://studio/..%5cmail.csv',
    'app://studio//etc/passwd',
    'app://studio/nothing',
  ])('are all that %s can get', async (url) => {
    expect((await request(await start(), url)).status).toBe(404)
  })

  test('take no writes', async () => {
    expect((await request(await start(), 'app://studio/', 'POST')).status).toBe(404)
  })
})

describe('a page', () => {
  test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('cannot leave by %s', async (event) => {
    const { windows } = await start()
    const go = (url: string): boolean => {
      const preventDefault = vi.fn()
      windows[0]!.webContents.emit(event, { url, preventDefault })
      return preventDefault.mock.calls.length === 0
    }
    expect(['https://evil.example/', 'app://studio.evil/', 'file:///etc/passwd', 'app://other/'].filter(go)).toEqual([])
    expect(go('app://studio/#/data')).toBe(true)
  })

  test('cannot embed another', async () => {
    const { windows } = await start()
    const preventDefault = vi.fn()
    windows[0]!.webContents.emit('will-attach-webview', { preventDefault })
    expect(preventDefault).toHaveBeenCalled()
  })

  test('opens no window; a link to a known site goes to the person’s browser', async () => {
    const app = await start()
    const open = app.handler('contents.setWindowOpenHandler') as (link: { url: string }) => { action: string }
    const links = [
      'https://evil.example/',
      'https://huggingface.co.evil.example/',
      'https://huggingface.co@evil.example/',
      'http://huggingface.co/',
      'file:///etc/passwd',
      'javascript:alert(1)',
      'nonsense',
    ]
    for (const url of links) expect(open({ url })).toEqual({ action: 'deny' })
    expect(app.called('shell.openExternal')).toEqual([])
    expect(open({ url: 'https://huggingface.co/HuggingFaceTB' })).toEqual({ action: 'deny' })
    expect(app.called('shell.openExternal')).toEqual([['shell.openExternal', 'https://huggingface.co/HuggingFaceTB']])
  })

  test('gets no permission but to copy, and to write into a folder that the person chooses', async () => {
    const app = await start()
    const request = app.handler('session.setPermissionRequestHandler') as (
      contents: null,
      permission: string,
      answer: (may: boolean) => void,
    ) => void
    const permissions = [
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'clipboard-sanitized-write',
      'fileSystem',
    ]
    const granted = permissions.filter((permission) => {
      const answer = vi.fn()
      request(null, permission, answer)
      return answer.mock.calls[0]![0] as boolean
    })
    expect(granted).toEqual(['clipboard-sanitized-write', 'fileSystem'])
    expect((app.handler('session.setDevicePermissionHandler') as () => boolean)()).toBe(false)
  })

  test('reaches nothing on the network', async () => {
    const app = await start()
    const before = app.handler('webRequest.onBeforeRequest') as (
      request: { url: string },
      answer: (verdict: { cancel: boolean }) => void,
    ) => void
    const cancelled = (url: string): boolean => {
      const answer = vi.fn()
      before({ url }, answer)
      return (answer.mock.calls[0]![0] as { cancel: boolean }).cancel
    }
    expect(
      ['https://evil.example/', 'http://127.0.0.1/', 'ws://127.0.0.1/', 'file:///etc/passwd', 'x'].map(cancelled),
    ).not.toContain(false)
    expect(['app://studio/assets/a.js', 'blob:app://studio/1', 'data:,x'].map(cancelled)).not.toContain(true)
  })
})

/** What the preload and the page do with the port. */
function join(app: App): { readonly client: Client; readonly port: FakePort } {
  const frame = fakeFrame()
  app.ipc.emit('softprompt:line', { senderFrame: frame })
  const port = frame.posted[0]!.ports[0]!
  const client = createClient({
    send: (bytes) => {
      port.postMessage(bytes)
    },
    close: () => {
      port.close()
    },
  })
  port.on('message', ({ data }: { data: Uint8Array }) => {
    client.take(data)
  })
  port.on('close', () => {
    client.closed()
  })
  return { client, port }
}

describe('the line to the service', () => {
  test('carries calls and answers, bytes included', async () => {
    const app = await start({ call: (_method, input) => Promise.resolve(input as never) })
    const { client } = join(app)
    await client.greeted
    const input = { dataset: 1, bytes: new Uint8Array([0, 255]) }
    expect(await client.studio.call('data.undo', input)).toEqual(input)
  })

  test.each([
    ['a frame inside the page', fakeFrame('app://studio/', fakeFrame())],
    ['another site’s page', fakeFrame('https://evil.example/')],
    ['a page whose name only begins like ours', fakeFrame('app://studio.evil/')],
  ])('is not handed to %s', async (_, frame) => {
    const app = await start()
    app.ipc.emit('softprompt:line', { senderFrame: frame })
    app.ipc.emit('softprompt:line', { senderFrame: null })
    expect(frame.posted).toEqual([])
  })

  test.each([null, 42, 'call', { say: 'call', id: 1, method: 'runs.list', input: {} }])(
    'is closed with a sentence when a page says %j, which is no bytes',
    async (message) => {
      const { client, port } = join(await start())
      await client.greeted
      const pending = client.studio.call('studio.watch', {})
      port.postMessage(message)
      await expect(pending).rejects.toMatchObject({ code: 'run/protocol' })
    },
  )

  test.each([null, 42, 'call', { say: 'call', id: 'x' }, { say: 'value', value: 1 }])(
    'is closed with a sentence when a page says %j',
    async (message) => {
      const { client, port } = join(await start())
      await client.greeted
      const pending = client.studio.call('studio.watch', {})
      port.postMessage(encodeValue([0, message], requestBounds))
      await expect(pending).rejects.toMatchObject({ code: 'run/protocol' })
    },
  )
})

describe('a file that is dropped', () => {
  const grant = (app: App, frame: unknown, path: unknown): unknown =>
    (app.ipc.listeners('handle:softprompt:grant')[0] as (event: unknown, path: unknown) => unknown)(
      { senderFrame: frame },
      path,
    )

  test('is granted to the page for one call, in which its path reaches the service', async () => {
    const calls: unknown[] = []
    const app = await start({
      call: (method, input) => {
        if (method === 'data.import') calls.push(input)
        return Promise.resolve([] as never)
      },
    })
    const { client } = join(app)
    await client.greeted
    const granted = grant(app, fakeFrame(), '/home/ann/mail.csv') as { grant: string; name: string }
    expect(granted).toMatchObject({ name: 'mail.csv' })
    await client.studio.call('data.import', { path: granted.grant })
    expect(calls).toEqual([{ path: '/home/ann/mail.csv' }])
    for (const path of [granted.grant, '/home/ann/mail.csv'])
      await expect(client.studio.call('data.import', { path })).rejects.toMatchObject({ code: 'studio/no-grant' })
    expect(calls).toHaveLength(1)
  })

  test('is granted to no other page, and only by a whole path', async () => {
    const app = await start()
    for (const frame of [null, fakeFrame('https://evil.example/'), fakeFrame('app://studio/', fakeFrame())])
      expect(grant(app, frame, '/home/ann/mail.csv')).toBeUndefined()
    for (const path of ['mail.csv', '', 42, undefined]) expect(grant(app, fakeFrame(), path)).toBeUndefined()
  })
})

describe('files that the system opens', () => {
  test('reach the window when it listens, once', async () => {
    const app = await start(quiet, { args: ['--flag', 'FOLDER/mail.csv', 'FOLDER/absent.csv', 'FOLDER'] })
    expect(app.called('contents.send')).toEqual([])
    app.ipc.emit('softprompt:open', { senderFrame: fakeFrame() })
    app.ipc.emit('softprompt:open', { senderFrame: fakeFrame() })
    // A name to show, and a grant in place of the path.
    const file = { name: 'mail.csv', grant: expect.stringMatching(/^[\w-]{22}$/) as string }
    await vi.waitFor(() => {
      expect(app.called('contents.send')).toEqual([['contents.send', 'softprompt:open', file]])
    })
  })

  test('of a second instance come to the first, which shows itself', async () => {
    const app = await start()
    app.ipc.emit('softprompt:open', { senderFrame: fakeFrame() })
    app.app.emit('second-instance', {}, ['/studio', 'mail.csv'], app.folder)
    expect(app.called('window.focus')).toHaveLength(1)
    await vi.waitFor(() => {
      expect(app.called('contents.send')).toHaveLength(1)
    })
  })
})

describe('while a run is under way', () => {
  test('the computer stays awake until the run has ended, and a notification says how', async () => {
    const run = withRun('running')
    const app = await start(run.studio)
    await vi.waitFor(() => {
      expect(app.called('power.start')).toEqual([['power.start', 'prevent-app-suspension']])
    })
    run.becomes('finished')
    await vi.waitFor(() => {
      expect(app.called('notification')).toEqual([
        ['notification', { title: '“support” is tuned', body: 'Better by 9 points.' }],
      ])
    })
    expect(app.called('power.stop')).toEqual([['power.stop', 7]])
  })

  test('a failure is notified, a stop by the person is not', async () => {
    const run = withRun('running')
    const app = await start(run.studio)
    await vi.waitFor(() => {
      expect(app.called('power.start')).toHaveLength(1)
    })
    run.becomes('failed')
    await vi.waitFor(() => {
      expect(app.called('notification')).toEqual([
        ['notification', { title: '“support” has stopped', body: 'It stopped.' }],
      ])
    })
    run.becomes('running')
    await vi.waitFor(() => {
      expect(app.called('power.start')).toHaveLength(2)
    })
    run.becomes('stopped')
    await vi.waitFor(() => {
      expect(app.called('power.stop')).toHaveLength(2)
    })
    expect(app.called('notification')).toHaveLength(1)
  })
})

describe('what dies', () => {
  test('a page is loaded again, three times; then the person is asked', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const app = await start()
      for (let i = 0; i < 3; i++) {
        app.windows[0]!.webContents.emit('render-process-gone', {}, { reason: 'crashed' })
        await vi.runAllTimersAsync()
      }
      expect(app.called('window.loadURL')).toHaveLength(4)
      expect(app.called('dialog.showMessageBox')).toEqual([])
      app.windows[0]!.webContents.emit('render-process-gone', {}, { reason: 'oom' })
      await vi.runAllTimersAsync()
      expect(app.called('dialog.showMessageBox')).toHaveLength(1)
      expect(app.called('window.loadURL')).toHaveLength(5)
    } finally {
      vi.useRealTimers()
    }
  })

  test('a service is started again, three times; then the person is asked, and may try again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    try {
      const app = await start()
      const die = async (): Promise<void> => {
        app.services.at(-1)!.dies('out of memory')
        await vi.runAllTimersAsync()
      }
      for (let i = 0; i < 3; i++) await die()
      expect(app.services).toHaveLength(4)
      expect(app.called('dialog.showMessageBox')).toEqual([])
      app.answers.push(0, 1)
      await die()
      expect(app.services).toHaveLength(5)
      expect(JSON.stringify(app.called('dialog.showMessageBox'))).toContain('out of memory')
      for (let i = 0; i < 4; i++) await die()
      expect(app.called('app.quit')).toEqual([['app.quit'], ['app.quit']])
    } finally {
      vi.useRealTimers()
    }
  })
})
