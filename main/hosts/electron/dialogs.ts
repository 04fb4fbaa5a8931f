// Dialogs and notifications of the app outside its page, and keeping the computer awake during runs.
import type { BrowserWindow, Dialog, Notification, PowerSaveBlocker } from 'electron'
import type { RunSummary } from '../../contract/service.ts'
import { words } from './words.ts'

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

/** Asks whether to start a service again that has died too often; `how`: the last line of its error stream. */
export async function askAgain(dialog: Dialog, how: string): Promise<boolean> {
  const { message, detail, again, leave } = words.service
  const choices = { buttons: [again, leave], defaultId: 0, cancelId: 1 }
  const { response } = await dialog.showMessageBox({ type: 'error', message, detail: detail(how), ...choices })
  return response === 0
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
  notification.on('click', focus)
  notification.show()
}
