// Entry of Electron's main process: the only file that imports Electron itself.
import * as electron from 'electron'
import { parseArgs } from 'node:util'
import { defaultHome, openHome } from '../../service/home/home.ts'
import { attach } from '../../service/socket/client.ts'
import { startApp } from './app.ts'
import { placesOf } from './places.ts'
import { spawnService } from './service-process.ts'

startApp(electron, () => {
  const { app } = electron
  const args = process.argv.slice(app.isPackaged ? 1 : 2)
  const { values } = parseArgs({ args, options: { home: { type: 'string' } }, strict: false })
  const home = openHome(typeof values.home === 'string' ? values.home : defaultHome())
  const places = placesOf(app.getAppPath())
  return {
    home,
    places,
    args,
    platform: process.platform,
    isPackaged: app.isPackaged,
    startService: () => spawnService(places.node, places.service, home.folder),
    attach: () => attach(home.address, home.key),
    startAgain: (files) => {
      app.relaunch({
        // An AppImage is gone from its mount point when it has ended.
        execPath: process.env['APPIMAGE'] ?? process.execPath,
        args: [...(app.isPackaged ? [] : process.argv.slice(1, 2)), '--home', home.folder, ...files],
      })
    },
    onSignal: (listener) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, listener)
    },
  }
})
