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

/** Loads the page, and again when its process dies, until that has happened too often. */
export function showStudio(window: BrowserWindow, budget: Budget, dialog: Pick<Dialog, 'showMessageBox'>): void {
  window.once('ready-to-show', () => {
    window.show()
  })
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    const wait = budget.spend()
    if (wait === undefined) void ask(window, budget, dialog)
    else setTimeout(() => void load(window), wait)
  })
  void load(window)
}

async function load(window: BrowserWindow): Promise<void> {
  // A window that was closed meanwhile, or a load that the next one replaced.
  if (!window.isDestroyed()) await window.loadURL(`${ORIGIN}/`).catch(() => undefined)
}

async function ask(window: BrowserWindow, budget: Budget, dialog: Pick<Dialog, 'showMessageBox'>): Promise<void> {
  const { message, detail, again, leave } = words.renderer
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message,
    detail,
    buttons: [again, leave],
    cancelId: 0,
  })
  if (response === 0) {
    budget.reset()
    await load(window)
  } else window.close()
}
