// Leaving the studio: a person is asked first while runs are under way; a signal, a logout and a shutdown ask nobody.
import type { BrowserWindow, Event } from 'electron'
import { mayLeave } from './dialogs.ts'
import type { ElectronParts } from './parts.ts'

export interface Leaving {
  /** Guards the window's close, also when a quit closes it. */
  attend(window: BrowserWindow): void
  /** Leaves without a question: runs keep their checkpoints. */
  now(): void
}

type Parts = Pick<ElectronParts, 'app' | 'dialog' | 'powerMonitor'>

/** `underWay`: number of runs that leaving would stop. */
export function createLeaving({ app, dialog, powerMonitor }: Parts, underWay: () => number): Leaving {
  let agreed = false
  let asking = false
  const now = (): void => {
    agreed = true
    app.quit()
  }
  const ask = async (window: BrowserWindow): Promise<void> => {
    if (asking) return
    asking = true
    const may = await mayLeave(dialog, window, underWay()).finally(() => (asking = false))
    if (may) agreed = true
    if (may && !window.isDestroyed()) window.close()
  }

  // The typings leave the event out that the documentation names; prevented, the system waits for the checkpoints.
  powerMonitor.on('shutdown', ((event: Event) => {
    event.preventDefault()
    now()
  }) as () => void)
  return {
    now,
    attend: (window) => {
      window.on('close', (event) => {
        if (agreed || underWay() === 0) return
        event.preventDefault()
        void ask(window)
      })
      // Electron shows no dialog for a page's own 'beforeunload': the close would be cancelled without a word.
      window.webContents.on('will-prevent-unload', (event) => {
        event.preventDefault()
      })
      window.on('session-end', now)
    },
  }
}
