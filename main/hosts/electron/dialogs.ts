// Dialogs and notifications of the app outside its page, and keeping the computer awake during runs.
import { basename } from 'node:path'
import type { BrowserWindow, Dialog, Notification, PowerSaveBlocker } from 'electron'
import type { PathUse } from '../../contract/methods/fields.ts'
import type { RunSummary } from '../../contract/service.ts'
import { modelEndings } from '../../contract/kinds.ts'
import { words } from './words.ts'

/** Paths that a question lists at most. */
const SHOWN = 8
/** Notifications at most that are kept until they are clicked or closed. */
const KEPT = 50

/** Whether the studio may close while runs are under way. */
export async function mayLeave(dialog: Dialog, window: BrowserWindow, runs: number): Promise<boolean> {
  const { message, detail, stay, leave } = words.closing
  const choices = { buttons: [stay, leave], defaultId: 0, cancelId: 0 }
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: message(runs),
    detail,
    ...choices,
  })
  return response === 1
}

/** Asks the person for a folder to read or to write into, or for a file to write; undefined where they choose none. */
export async function choosePath(
  dialog: Dialog,
  window: BrowserWindow | undefined,
  use: PathUse,
  suggested?: string,
): Promise<string | undefined> {
  if (!window) return undefined
  if (use === 'save') {
    const { filePath } = await dialog.showSaveDialog(window, suggested === undefined ? {} : { defaultPath: suggested })
    return filePath || undefined
  }
  const { filePaths } = await dialog.showOpenDialog(window, {
    properties: ['openDirectory', ...(use === 'folder' ? (['createDirectory'] as const) : [])],
  })
  return filePaths[0]
}

/** Asks whether to start a service again that has died too often; `how`: the last line of its error stream. */
export async function askAgain(dialog: Dialog, how: string): Promise<boolean> {
  const { message, detail, again, leave } = words.service
  const choices = { buttons: [again, leave], defaultId: 0, cancelId: 1 }
  const { response } = await dialog.showMessageBox({ type: 'error', message, detail: detail(how), ...choices })
  return response === 0
}

/** Asks whether files may be taken in that the person did not choose in the studio: a double click, another program. */
export async function mayTake(dialog: Dialog, window: BrowserWindow, paths: readonly string[]): Promise<boolean> {
  const { message, copies, models, take, leave } = words.taking
  const isModel = (path: string): boolean => modelEndings.some((ending) => path.toLowerCase().endsWith(`.${ending}`))
  const { response } = await dialog.showMessageBox(window, {
    type: 'question',
    message: message(paths.map((path) => basename(path))),
    detail: [...paths.slice(0, SHOWN), copies, ...(paths.some(isModel) ? [models] : [])].join('\n'),
    buttons: [take, leave],
    defaultId: 0,
    cancelId: 1,
  })
  return response === 0
}

/** Says that the system protects a folder; true = the person wants to choose another. */
export async function chooseOther(dialog: Dialog, path: string): Promise<boolean> {
  const { message, detail, again, leave } = words.restricted
  const choices = { buttons: [again, leave], defaultId: 0, cancelId: 1 }
  const { response } = await dialog.showMessageBox({ type: 'warning', message, detail: detail(path), ...choices })
  return response === 0
}

/** Asks whether the studio may open without Chromium's sandbox. */
export async function mayOpenUnsandboxed(dialog: Dialog): Promise<boolean> {
  const { message, detail, leave, open } = words.unsandboxed
  const choices = { buttons: [leave, open], defaultId: 0, cancelId: 0 }
  const { response } = await dialog.showMessageBox({ type: 'warning', message, detail, ...choices })
  return response === 1
}

/** While runs are under way the computer does not go to sleep by itself. */
export function stayAwake(blocker: PowerSaveBlocker): (runs: number) => void {
  let id: number | undefined
  return (runs) => {
    if (runs > 0) id ??= blocker.start('prevent-app-suspension')
    else if (id !== undefined) {
      blocker.stop(id)
      id = undefined
    }
  }
}

/** Notifications that are still there: one that nobody refers to may be collected, and its click lost. */
const shown = new Set<Notification>()

/** Reports that a run has ended; a click shows the studio. */
export function notify(
  Notifying: typeof Notification,
  { name, state }: RunSummary,
  sentence: string,
  focus: () => void,
): void {
  // Who stopped it knows.
  if (state === 'stopped' || !Notifying.isSupported()) return
  const title = state === 'finished' ? words.finished(name) : words.failed(name)
  const notification = new Notifying({ title, body: sentence })
  const forget = (): void => void shown.delete(notification)
  // Windows may move it to its list without a word.
  for (const old of [...shown].slice(0, -KEPT)) shown.delete(old)
  shown.add(notification)
  notification.on('click', () => {
    forget()
    focus()
  })
  notification.on('close', forget)
  notification.show()
}
