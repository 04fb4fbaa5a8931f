// What the app is made of: Electron's objects, handed in so that tests need no Electron, and what is the studio's own.
import type * as Electron from 'electron'
import type { RemoteStudio } from '../../service/socket/client.ts'
import type { Places } from './places.ts'
import type { ServiceChild } from './service-process.ts'

export type ElectronParts = Pick<
  typeof Electron,
  | 'app'
  | 'BrowserWindow'
  | 'dialog'
  | 'ipcMain'
  | 'Menu'
  | 'MessageChannelMain'
  | 'nativeTheme'
  | 'Notification'
  | 'powerMonitor'
  | 'powerSaveBlocker'
  | 'protocol'
  | 'session'
  | 'shell'
>

export interface AppOptions {
  /** The studio's folder, and where windows' uploads lie. */
  readonly home: { readonly folder: string; readonly uploads: string }
  readonly places: Places
  /** What the app was started with. */
  readonly args: readonly string[]
  readonly platform: string
  readonly isPackaged: boolean
  readonly startService: () => ServiceChild
  readonly attach: () => Promise<RemoteStudio | undefined>
  /** Starts the app again with those files once it has ended. */
  readonly startAgain: (files: readonly string[]) => void
  /** Calls back when the process is told to end: ctrl-C, a closed terminal, the system. */
  readonly onSignal: (listener: () => void) => void
}
