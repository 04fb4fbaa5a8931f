// The window, its line to the service, the service's process, and the files that the system opens.
import type { BrowserWindow, WebFrameMain } from 'electron'
import { readWindow } from '../window/files.ts'
import { askAgain, chooseOther, mayTake, notify, stayAwake } from './dialogs.ts'
import { createBudget } from './budget.ts'
import { guardSession, isOwn } from './guard.ts'
import { chooseFile, createInbox, type Inbox } from './inbox.ts'
import { createLeaving } from './leaving.ts'
import { joinLine } from './lines.ts'
import { menuTemplate } from './menu.ts'
import type { AppOptions, ElectronParts } from './parts.ts'
import { followRuns, type RunsFollower } from './runs.ts'
import { answerWindow, SCHEME } from './scheme.ts'
import { keepService, type ServiceProcess } from './service-process.ts'
import { showStudio, windowOptions } from './window.ts'

/** Channels between the app and its preload. */
const LINE = 'softprompt:line'
const OPEN = 'softprompt:open'

export interface Desktop {
  start(): void
  focus(): void
  /** Files that the system or another program opens. */
  offer(paths: readonly string[]): void
  close(): Promise<void>
}

export function createDesktop(electron: ElectronParts, options: AppOptions): Desktop {
  const { dialog, Menu, session } = electron
  const inbox = createInbox(
    (path) => window?.webContents.send(OPEN, path),
    async (paths) => window !== undefined && mayTake(dialog, window, paths),
  )
  let window: BrowserWindow | undefined
  let service: ServiceProcess | undefined
  let runs: RunsFollower | undefined

  const focus = (): void => {
    if (!window) return
    if (window.isMinimized()) window.restore()
    window.focus()
  }
  const start = (): void => {
    const leaving = createLeaving(electron, () => runs?.underWay() ?? 0)
    let signals = 0
    options.onSignal(() => {
      // The second one does not wait for a run's step.
      if (++signals > 1) electron.app.exit(130)
      else leaving.now()
    })
    guardSession(session.defaultSession, (path) => chooseOther(dialog, path))
    session.defaultSession.protocol.handle(SCHEME, answerWindow(readWindow(options.places.window)))
    answerPage(electron, options.home.address, inbox)
    const openChosen = (): void => void chooseFile(dialog).then(inbox.add)
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(options.platform, openChosen)))
    service = keepService({
      start: options.startService,
      budget: createBudget(),
      ask: (how) => askAgain(dialog, how),
      giveUp: leaving.now,
    })
    runs = followRuns(options.attach, {
      onUnderWay: stayAwake(electron.powerSaveBlocker),
      onEnd: (run, sentence) => {
        notify(electron.Notification, run, sentence, focus)
      },
    })
    window = makeWindow(electron, options, inbox)
    leaving.attend(window)
    window.on('closed', () => {
      window = undefined
    })
    showStudio(window, createBudget(), dialog)
  }

  return {
    focus,
    offer: inbox.offer,
    start,
    close: async () => {
      await Promise.all([runs?.close(), service?.close()])
    },
  }
}

/** Answers the page: it requests a message port to the service, and reports when it takes files. */
function answerPage({ ipcMain, MessageChannelMain }: ElectronParts, address: string, inbox: Inbox): void {
  ipcMain.on(LINE, ({ senderFrame }) => {
    if (!isWindow(senderFrame)) return
    const { port1, port2 } = new MessageChannelMain()
    joinLine(port1, address)
    senderFrame.postMessage(LINE, null, [port2])
  })
  ipcMain.on(OPEN, ({ senderFrame }) => {
    if (isWindow(senderFrame)) inbox.listens()
  })
}

function makeWindow(electron: ElectronParts, { places }: AppOptions, inbox: Inbox): BrowserWindow {
  const window = new electron.BrowserWindow(windowOptions(places.preload, electron.nativeTheme.shouldUseDarkColors))
  window.webContents.on('did-start-loading', inbox.isDeaf)
  window.on('closed', inbox.isDeaf)
  return window
}

/** Only the top frame of our own page may ask for anything. */
const isWindow = (frame: WebFrameMain | null): frame is WebFrameMain =>
  frame !== null && frame.parent === null && isOwn(frame.url)
