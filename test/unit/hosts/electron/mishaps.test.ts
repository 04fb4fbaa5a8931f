// What may go wrong around the desktop app, on fakes of Electron's objects: each time somebody is told, and nothing waits for ever.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { APP_ID, startApp } from '../../../../main/hosts/electron/app.ts'
import { openHome } from '../../../../main/service/home/home.ts'
import { temporaryFolder } from '../../../support/temporary.ts'
import { fakeElectron, fakeFrame } from './fakes.ts'
import { type App, quiet, start, withRun } from './support.ts'

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20))

describe('a start that fails', () => {
  test('is told in a dialog of ours, with its sentence', async () => {
    const { electron, called } = fakeElectron()
    startApp(electron, () => {
      openHome(join(writtenFile(), 'home'))
      throw new Error('not reached')
    })
    await settled()
    expect(called('dialog.showErrorBox')[0]).toEqual([
      'dialog.showErrorBox',
      'Softprompt Studio',
      expect.stringContaining('cannot write to its folder'),
    ])
    expect(called('app.exit')).toEqual([['app.exit', 1]])
  })

  test('also where Chromium’s own folder cannot be made', async () => {
    const { electron, called } = fakeElectron()
    const folder = writtenFile()
    startApp(electron, () => ({ home: { folder, address: '' } }) as never)
    await settled()
    expect(String(called('dialog.showErrorBox')[0]?.[2])).toContain(
      `cannot write to its folder ${join(folder, 'window')}`,
    )
  })
})

test('Chromium’s folder is there before Electron hears of it, and the app has the name of its shortcut', async () => {
  const app = await start()
  const [, , folder] = app.called('app.setPath')[0] as [string, string, string]
  expect(existsSync(folder)).toBe(true)
  const yml = readFileSync(join(import.meta.dirname, '../../../../electron-builder.yml'), 'utf8')
  expect(app.called('app.setAppUserModelId')).toEqual([['app.setAppUserModelId', APP_ID]])
  expect(/^appId: (.+)$/m.exec(yml)?.[1]).toBe(APP_ID)
})

describe('a page that cannot be loaded', () => {
  test('is told in a window that shows itself, and loaded again', async () => {
    const app = await start(quiet, { failures: ['ERR_FAILED'], answers: [0] })
    await settled()
    expect(app.called('window.show')).toHaveLength(1)
    expect(JSON.stringify(app.called('dialog.showMessageBox'))).toContain('ERR_FAILED')
    expect(app.called('window.loadURL')).toHaveLength(2)
  })

  test('closes the studio where the person wants that', async () => {
    const app = await start(quiet, { failures: ['ERR_FAILED'], answers: [1] })
    await settled()
    expect(app.called('gone')).toHaveLength(1)
  })

  test('is no matter where another load has replaced it', async () => {
    const app = await start(quiet, { failures: ['ERR_ABORTED'] })
    await settled()
    expect(app.called('dialog.showMessageBox')).toEqual([])
  })

  test('and one that never draws anything has a window too', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const app = await start()
      await vi.advanceTimersByTimeAsync(11_000)
      expect(app.called('window.show')).toHaveLength(1)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('a folder that Chromium protects', () => {
  test.each([
    [0, 'tryAgain'],
    [1, 'deny'],
  ])('gets an answer: %i = %s', async (answer, wanted) => {
    const app = await start(quiet, { answers: [answer] })
    const answered = vi.fn()
    app.session.emit('file-system-access-restricted', {}, { path: '/home/ada/Documents', isDirectory: true }, answered)
    await settled()
    expect(answered).toHaveBeenCalledWith(wanted)
    expect(JSON.stringify(app.called('dialog.showMessageBox'))).toContain('/home/ada/Documents')
  })
})

describe('without Chromium’s sandbox', () => {
  const options = { isPackaged: true, switches: ['no-sandbox'] }

  test('a packed app asks first, and ends where the person wants that', async () => {
    const app = await start(quiet, { ...options, answers: [0] })
    await settled()
    expect(app.windows).toEqual([])
    expect(app.called('gone')).toHaveLength(1)
  })

  test('it opens where the person accepts that', async () => {
    const app = await start(quiet, { ...options, answers: [1] })
    await settled()
    expect(app.windows).toHaveLength(1)
  })

  test('nobody is asked where the sandbox is there', async () => {
    const app = await start(quiet, { isPackaged: true })
    expect(app.called('dialog.showMessageBox')).toEqual([])
  })
})

describe('files that come from elsewhere', () => {
  const offered = async (answer: number, name = 'mail.csv'): Promise<App> => {
    const app = await start(quiet, { answers: [answer] })
    writeFileSync(join(app.folder, name), '')
    app.app.emit('open-file', { preventDefault: () => undefined }, join(app.folder, name))
    await settled()
    expect(app.called('dialog.showMessageBox')).toEqual([])
    app.ipc.emit('softprompt:open', { senderFrame: fakeFrame() })
    await settled()
    return app
  }

  test('are taken in after a question', async () => {
    const app = await offered(0)
    expect(JSON.stringify(app.called('dialog.showMessageBox'))).toContain('mail.csv')
    expect(app.called('contents.send')).toHaveLength(1)
  })

  test.each(['mail.csv', 'model.gguf', 'prompt.softprompt'])('%s stays out where the person says so', async (name) => {
    const app = await offered(1, name)
    expect(app.called('contents.send')).toEqual([])
  })

  test('a model’s size on disk is said', async () => {
    const app = await offered(1, 'model.GGUF')
    expect(JSON.stringify(app.called('dialog.showMessageBox'))).toContain('four times')
  })
})

test('a notification’s click is heard as long as it is there', async () => {
  const run = withRun('running')
  const app = await start(run.studio)
  await vi.waitFor(() => {
    expect(app.called('power.start')).toHaveLength(1)
  })
  run.becomes('finished')
  await vi.waitFor(() => {
    expect(app.notifications).toHaveLength(1)
  })
  app.notifications[0]!.emit('click')
  expect(app.called('window.focus')).toHaveLength(1)
})

test('a service of another version does not end the look at runs', async () => {
  const run = withRun('running')
  const app = await start(run.studio, { attachFails: 1 })
  await vi.waitFor(
    () => {
      expect(app.called('power.start')).toHaveLength(1)
    },
    { timeout: 3000 },
  )
})

function writtenFile(): string {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, '')
  return path
}
