// The studio as a desktop app: one instance, one guarded window, the service beside it. Electron's objects are handed in.
import { existsSync } from 'node:fs'
import { extname, join, resolve } from 'node:path'
import { modelEndings, promptEndings, tableEndings } from '../../contract/kinds.ts'
import { StudioError } from '../../contract/errors/index.ts'
import { createDesktop } from './desktop.ts'
import { guardContents } from './guard.ts'
import type { AppOptions, ElectronParts } from './parts.ts'
import { SCHEME } from './scheme.ts'
import { words } from './words.ts'

/** Returns at once; a second instance hands its files to the first and ends. */
export function startApp(electron: ElectronParts, options: AppOptions): void {
  const { app, protocol, shell } = electron
  // The lock and Chromium's own files belong to the studio's folder: two folders are two studios.
  app.setPath('userData', join(options.home.folder, 'window'))
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
  app.on('second-instance', (_event, args, folder) => {
    studio.focus()
    studio.open(filesOf(args, folder))
  })
  // macOS may ask before the app is ready.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    studio.open([path])
  })
  app.on('activate', () => {
    studio.focus()
  })
  app.on('window-all-closed', () => {
    app.quit()
  })
  let closed = false
  app.on('will-quit', (event) => {
    if (closed) return
    event.preventDefault()
    void studio.close().finally(() => {
      closed = true
      app.quit()
    })
  })
  studio.open(filesOf(options.args, process.cwd()))
  app
    .whenReady()
    .then(studio.start)
    .catch((error: unknown) => {
      electron.dialog.showErrorBox(words.name, error instanceof StudioError ? error.message : String(error))
      app.exit(1)
    })
}

const openable = new Set<string>([...tableEndings, ...modelEndings, ...promptEndings])

/** Files among a program's arguments: neither switches nor folders. */
const filesOf = (args: readonly string[], folder: string): string[] =>
  args
    .filter((arg) => openable.has(extname(arg).slice(1).toLowerCase()) && !arg.startsWith('-'))
    .map((arg) => resolve(folder, arg))
    .filter((path) => existsSync(path))
