// Leaving the desktop app on fakes of Electron's objects: who is asked, what may not hold it, and that it ends whatever hangs.
import { describe, expect, test, vi } from 'vitest'
import { type App, quiet, start, withRun } from './support.ts'

/** An app with a run under way, whose page refuses to be unloaded, as the window's page did. */
async function busy(options: Parameters<typeof start>[1] = {}): Promise<App> {
  const app = await start(withRun('running').studio, options)
  app.windows[0]!.webContents.refuses = true
  await vi.waitFor(() => {
    expect(app.called('power.start')).toHaveLength(1)
  })
  return app
}

const gone = (app: App): Promise<void> =>
  vi.waitFor(
    () => {
      expect(app.called('gone')).toHaveLength(1)
    },
    { timeout: 3000 },
  )

const asked = (app: App, times: number): Promise<void> =>
  vi.waitFor(() => {
    expect(app.called('dialog.showMessageBox')).toHaveLength(times)
  })

const ways: readonly [string, (app: App) => void][] = [
  ['the window’s cross', (app) => app.windows[0]!.close()],
  ['the menu’s quit', (app) => app.electron.app.quit()],
]

describe('while a run is under way', () => {
  test.each(ways)('%s asks, and closes where the person agrees, whatever the page wants', async (_, leave) => {
    const app = await busy()
    app.answers.push(1)
    leave(app)
    await gone(app)
    expect(app.called('dialog.showMessageBox')).toHaveLength(1)
    expect(app.services[0]!.requests).toEqual(['end'])
  })

  test.each(ways)('%s asks again after a refusal', async (_, leave) => {
    const app = await busy()
    app.answers.push(0, 0, 1)
    for (const times of [1, 2]) {
      leave(app)
      await asked(app, times)
      await new Promise(setImmediate)
      expect(app.called('gone')).toEqual([])
    }
    leave(app)
    await gone(app)
    expect(app.called('dialog.showMessageBox')).toHaveLength(3)
  })

  test('there is one question at a time', async () => {
    const app = await busy()
    for (const [, leave] of ways) leave(app)
    await asked(app, 1)
    await new Promise(setImmediate)
    app.answers.push(1)
    app.windows[0]!.close()
    await gone(app)
  })

  test.each<[string, (app: App) => void]>([
    ['a signal', (app) => app.signal()],
    ['a shutdown', (app) => app.power.emit('shutdown', { preventDefault: () => undefined })],
    ['the end of a Windows session', (app) => app.windows[0]!.emit('session-end')],
  ])('%s ends it without a question', async (_, leave) => {
    const app = await busy()
    leave(app)
    await gone(app)
    expect(app.called('dialog.showMessageBox')).toEqual([])
    expect(app.services[0]!.requests).toEqual(['end'])
  })

  test('a second signal does not wait', async () => {
    const app = await busy({ hangs: true })
    app.signal()
    expect(app.called('app.exit')).toEqual([])
    app.signal()
    expect(app.called('app.exit')).toEqual([['app.exit', 130]])
    app.services[0]!.dies('')
  })
})

test('where nothing runs nobody is asked, and the service ends in peace', async () => {
  const app = await start()
  app.windows[0]!.close()
  await gone(app)
  expect(app.services[0]!.requests).toEqual(['end'])
  expect(app.called('dialog.showMessageBox')).toEqual([])
})

test('a service that hangs is killed in the end, and the app is gone', async () => {
  const app = await start(quiet, { hangs: true })
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    app.windows[0]!.close()
    await vi.advanceTimersByTimeAsync(10_500)
    expect(app.services[0]!.requests).toEqual(['end', 'kill'])
  } finally {
    vi.useRealTimers()
  }
  await gone(app)
})

test('who starts it while it closes gets a new one with the files as soon as it has ended', async () => {
  const app = await start(quiet, { hangs: true })
  app.windows[0]!.close()
  app.app.emit('second-instance', {}, ['/studio', 'mail.csv'], app.folder)
  app.app.emit('second-instance', {}, ['/studio'], app.folder)
  expect(app.called('again')).toEqual([])
  app.services[0]!.dies('')
  await gone(app)
  expect(app.called('again')).toEqual([['again', `${app.folder}/mail.csv`]])
})
