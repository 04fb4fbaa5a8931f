// The app's menu: what every desktop program has, and opening a file.
import type { MenuItemConstructorOptions } from 'electron'
import { words } from './words.ts'

export function menuTemplate(platform: string, open: () => void): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin'
  const app: MenuItemConstructorOptions[] = mac ? [{ role: 'appMenu' }] : []
  return [
    ...app,
    {
      label: words.file,
      submenu: [
        { label: words.open, accelerator: 'CmdOrCtrl+O', click: open },
        { type: 'separator' },
        { role: mac ? 'close' : 'quit' },
      ],
    },
    { label: words.edit, role: 'editMenu' },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { label: words.window, role: 'windowMenu' },
  ]
}
