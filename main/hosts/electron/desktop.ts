// The window, its line to the service, the service's process, and the files that the system opens.
import { isAbsolute } from 'node:path'
import type { BrowserWindow, WebFrameMain } from 'electron'
import { readWindow } from '../window/files.ts'
import { createGrants, type Grants } from '../window/grants.ts'
import { guardStudio, type WindowOptions } from '../window/studio.ts'
import { askAgain, chooseOther, choosePath, mayTake, notify, stayAwake } from './dialogs.ts'
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
const GRANT = 'softprompt:grant'

export interface Desktop {
  start(): void
  focus(): void
  /** Files that the system or another program opens. */
  offer(paths: readonly string[]): void
  close(): Promise<void>
}

export function createDesktop(electron: ElectronParts, options: AppOptions): Desktop {
  const { dialog, Menu, session } = electron
  const grants = createGrants()
  const inbox = createInbox(
    (path) => window?.webContents.send(OPEN, grants.give('read', path)),
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
    answerPage(electron, options, inbox, grants, {
      uploads: options.home.uploads,
      allowed: [],
      choose: (use, suggested) => choosePath(dialog, window, use, suggested),
    })
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

/** Answers the page: it requests a message port to the service, and grants for dropped files, and reports when it takes files. */
function answerPage(
  { ipcMain, MessageChannelMain }: ElectronParts,
  { attach }: AppOptions,
  inbox: Inbox,
  grants: Grants,
  options: WindowOptions,
): void {
  ipcMain.on(LINE, ({ senderFrame }) => {
    if (!isWindow(senderFrame)) return
    const { port1, port2 } = new MessageChannelMain()
    void joinLine(port1, attach, (studio) => guardStudio(studio, grants, options))
    senderFrame.postMessage(LINE, null, [port2])
  })
  // The page's scripts cannot ask this: the preload does, for a file of which Chromium says where it lies.
  ipcMain.handle(GRANT, ({ senderFrame }, path: unknown) =>
    isWindow(senderFrame) && typeof path === 'string' && isAbsolute(path) ? grants.give('read', path) : undefined,
  )
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
