// The studio's window: sandboxed, shown when it has something to show, brought back when its page dies.
import type { BrowserWindow, BrowserWindowConstructorOptions, Dialog } from 'electron'
import type { Budget } from './budget.ts'
import { ORIGIN } from './scheme.ts'
import { words } from './words.ts'

/** Paper of the light and the dark theme, so that nothing flashes before the page is drawn. */
const papers = { light: '#faf8f5', dark: '#1b1917' } as const

export const windowOptions = (preload: string, dark: boolean): BrowserWindowConstructorOptions => ({
  title: words.name,
  width: 1280,
  height: 800,
  minWidth: 640,
  minHeight: 480,
  show: false,
  backgroundColor: dark ? papers.dark : papers.light,
  webPreferences: {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webSecurity: true,
    allowRunningInsecureContent: false,
    experimentalFeatures: false,
    webviewTag: false,
    navigateOnDragDrop: false,
    spellcheck: false,
    devTools: false,
  },
})

/** Milliseconds after which the window is shown whatever its page does. */
const SHOW_MS = 10_000

/** Loads the page, and again when its process dies, until that has happened too often. */
export function showStudio(window: BrowserWindow, budget: Budget, dialog: Pick<Dialog, 'showMessageBox'>): void {
  window.once('ready-to-show', () => {
    window.show()
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    const wait = budget.spend()
    if (wait === undefined) void ask(window, budget, dialog, words.renderer)
    else setTimeout(() => void load(window, budget, dialog), wait)
  })
  // A page that never has anything to show is better than no window.
  const late = setTimeout(() => {
    if (!window.isDestroyed()) window.show()
  }, SHOW_MS)
  window.once('show', () => {
    clearTimeout(late)
  })
  void load(window, budget, dialog)
}

type Dialogs = Pick<Dialog, 'showMessageBox'>

/** Chromium's error of a load that another one has replaced. */
const ABORTED = 'ERR_ABORTED'

async function load(window: BrowserWindow, budget: Budget, dialog: Dialogs): Promise<void> {
  if (window.isDestroyed()) return
  const failure = await window.loadURL(`${ORIGIN}/`).then(
    () => undefined,
    (error: unknown) => error as { readonly code?: string; readonly message?: string },
  )
  if (failure === undefined || failure.code === ABORTED || window.isDestroyed()) return
  window.show()
  const { detail, ...others } = words.page
  await ask(window, budget, dialog, { ...others, detail: detail(failure.code ?? failure.message ?? '') })
}

async function ask(
  window: BrowserWindow,
  budget: Budget,
  dialog: Dialogs,
  { message, detail, again, leave }: Readonly<Record<'message' | 'detail' | 'again' | 'leave', string>>,
): Promise<void> {
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message,
    detail,
    buttons: [again, leave],
    cancelId: 0,
  })
  if (window.isDestroyed()) return
  if (response === 0) {
    budget.reset()
    await load(window, budget, dialog)
  } else window.close()
}
