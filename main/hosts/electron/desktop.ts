// The window, its line to the service, the service's process, and the files that the system opens.
import type { BrowserWindow, WebFrameMain } from 'electron'
import { modelEndings, promptEndings, tableEndings } from '../../contract/kinds.ts'
import { readWindow } from '../window/files.ts'
import { askAgain, mayLeave, notify, stayAwake } from './asks.ts'
import { createBudget } from './budget.ts'
import { guardSession, isOwn } from './guard.ts'
import { joinLine } from './lines.ts'
import { menuTemplate } from './menu.ts'
import type { AppOptions, ElectronParts } from './parts.ts'
import { followRuns, type RunsFollower } from './runs.ts'
import { answerWindow, SCHEME } from './scheme.ts'
import { keepService, type ServiceProcess } from './service-process.ts'
import { showStudio, windowOptions } from './window.ts'
import { words } from './words.ts'

/** Channels between the app and its preload. */
const LINE = 'softprompt:line'
const OPEN = 'softprompt:open'

export interface Desktop {
  start(): void
  focus(): void
  open(paths: readonly string[]): void
  close(): Promise<void>
}

export function createDesktop(electron: ElectronParts, options: AppOptions): Desktop {
  const { app, dialog, ipcMain, Menu, session } = electron
  const waiting: string[] = []
  let window: BrowserWindow | undefined
  let service: ServiceProcess | undefined
  let runs: RunsFollower | undefined
  let listens = false
  let leaving = false

  const hand = (): void => {
    if (!listens || !window) return
    for (const path of waiting.splice(0)) window.webContents.send(OPEN, path)
  }
  const focus = (): void => {
    if (!window) return
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  const open = (paths: readonly string[]): void => {
    waiting.push(...paths)
    hand()
  }
  const choose = async (): Promise<void> => {
    const { filePaths } = await dialog.showOpenDialog({
      title: words.openTitle,
      properties: ['openFile'],
      filters: [
        { name: words.openKinds, extensions: [...tableEndings, ...modelEndings, ...promptEndings] },
        { name: words.openAll, extensions: ['*'] },
      ],
    })
    open(filePaths)
  }

  const makeWindow = (): BrowserWindow => {
    const made = new electron.BrowserWindow(
      windowOptions(options.places.preload, electron.nativeTheme.shouldUseDarkColors),
    )
    made.on('close', (event) => {
      if (leaving || (runs?.underWay() ?? 0) === 0) return
      event.preventDefault()
      void mayLeave(dialog, made, runs?.underWay() ?? 0).then((may) => {
        leaving = may
        if (may) made.close()
      })
    })
    made.on('closed', () => {
      window = undefined
    })
    made.webContents.on('did-start-loading', () => {
      listens = false
    })
    showStudio(made, createBudget(), dialog)
    return made
  }

  return {
    focus,
    open,
    start: () => {
      guardSession(session.defaultSession)
      session.defaultSession.protocol.handle(SCHEME, answerWindow(readWindow(options.places.window)))
      ipcMain.on(LINE, (event) => {
        const { senderFrame } = event
        if (!isWindow(senderFrame)) return
        const { port1, port2 } = new electron.MessageChannelMain()
        joinLine(port1, options.home.address)
        senderFrame.postMessage(LINE, null, [port2])
      })
      ipcMain.on(OPEN, ({ senderFrame }) => {
        if (!isWindow(senderFrame)) return
        listens = true
        hand()
      })
      Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options.platform, () => void choose())))
      service = keepService({
        start: options.startService,
        budget: createBudget(),
        ask: (how) => askAgain(dialog, how),
        giveUp: () => {
          leaving = true
          app.quit()
        },
      })
      runs = followRuns(options.attach, {
        onUnderWay: stayAwake(electron.powerSaveBlocker),
        onEnd: (run, sentence) => {
          notify(electron.Notification, run, sentence, focus)
        },
      })
      window = makeWindow()
    },
    close: async () => {
      await runs?.close()
      await service?.close()
    },
  }
}

/** Only the top frame of our own page may ask for anything. */
const isWindow = (frame: WebFrameMain | null): frame is WebFrameMain =>
  frame !== null && frame.parent === null && isOwn(frame.url)
