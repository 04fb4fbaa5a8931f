// The studio as a desktop app: one instance, one guarded window, the service beside it. Electron's objects are handed in.
import { existsSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { modelEndings, promptEndings, tableEndings } from '../../contract/kinds.ts'
import { makeFolder } from '../../service/home/home.ts'
import { createDesktop, type Desktop } from './desktop.ts'
import { mayOpenUnsandboxed } from './dialogs.ts'
import { guardContents } from './guard.ts'
import type { AppOptions, ElectronParts } from './parts.ts'
import { SCHEME } from './scheme.ts'
import { words } from './words.ts'

/** The packed app's name to Windows: electron-builder's appId, which the shortcut carries. */
export const APP_ID = 'org.softprompt.studio'

/** Returns at once; a second instance hands its files to the first and ends. Whatever hinders the start is told in a dialog. */
export function startApp(electron: ElectronParts, options: () => AppOptions): void {
  try {
    begin(electron, options())
  } catch (error) {
    // Before the app is ready Linux would show no dialog.
    void electron.app.whenReady().then(() => {
      fail(electron, error)
    })
  }
}

function fail({ app, dialog }: ElectronParts, error: unknown): void {
  dialog.showErrorBox(words.name, error instanceof Error ? error.message : String(error))
  app.exit(1)
}

function begin(electron: ElectronParts, options: AppOptions): void {
  const { app, protocol, shell } = electron
  app.setAppUserModelId(APP_ID)
  // The lock and Chromium's own files belong to the studio's folder: two folders are two studios.
  // Electron takes no folder that is missing.
  app.setPath('userData', makeFolder(join(options.home.folder, 'window')))
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  app.enableSandbox()
  for (const name of ['disable-background-networking', 'disable-component-update', 'no-pings'])
    app.commandLine.appendSwitch(name)
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
  app.on('web-contents-created', (_event, contents) => {
    guardContents(contents, shell)
  })
  const studio = createDesktop(electron, options)
  const closing = closeOnce(app, studio, options)
  app.on('second-instance', (_event, args, folder) => {
    if (closing.again(filesOf(args, folder))) return
    studio.focus()
    studio.offer(filesOf(args, folder))
  })
  // macOS may ask before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    studio.offer([path])
  })
  app.on('activate', () => {
    studio.focus()
  })
  app.on('window-all-closed', () => {
    app.quit()
  })
  studio.offer(filesOf(options.args, process.cwd()))
  app
    .whenReady()
    .then(async () => {
      const isOpen = options.isPackaged && app.commandLine.hasSwitch('no-sandbox')
      if (isOpen && !(await mayOpenUnsandboxed(electron.dialog))) app.quit()
      else studio.start()
    })
    .catch((error: unknown) => {
      fail(electron, error)
    })
}

/**
 * Closes the studio before the app ends, once and within bounds. Who starts it meanwhile gets a new one as soon as this one
 * has ended: the window is gone by then, and its service still holds the folder.
 */
function closeOnce(
  app: ElectronParts['app'],
  studio: Desktop,
  options: AppOptions,
): { again(files: readonly string[]): boolean } {
  let state: 'open' | 'closing' | 'closed' = 'open'
  let wanted: string[] | undefined
  app.on('will-quit', (event) => {
    if (state === 'closed') return
    event.preventDefault()
    if (state === 'closing') return
    state = 'closing'
    void studio.close().finally(() => {
      state = 'closed'
      if (wanted) options.startAgain(wanted)
      app.quit()
    })
  })
  return {
    again: (files) => {
      if (state === 'open') return false
      wanted = [...(wanted ?? []), ...files]
      return true
    },
  }
}

const openable = new Set<string>([...tableEndings, ...modelEndings, ...promptEndings])

/** Files among a program's arguments: neither switches nor folders. */
const filesOf = (args: readonly string[], folder: string): string[] =>
  args
    .filter((arg) => openable.has(extname(arg).slice(1).toLowerCase()) && !arg.startsWith('-'))
    .map((arg) => resolve(folder, arg))
    .filter((path) => existsSync(path))
