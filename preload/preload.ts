// What the window gets from Electron: a line to the service, and the host's grants for files that were opened or dropped.
import type { Granted } from '../main/contract/methods/host.ts'
import { contextBridge, ipcRenderer, webUtils } from 'electron'

const LINE = 'softprompt:line'
const OPEN = 'softprompt:open'
const GRANT = 'softprompt:grant'

// A port cannot pass through the bridge; the page's own messages carry it over.
ipcRenderer.on(LINE, ({ ports }) => {
  window.postMessage(LINE, '*', [...ports])
})

contextBridge.exposeInMainWorld('softprompt', {
  askLine: () => {
    ipcRenderer.send(LINE)
  },
  onOpen: (listener: (file: Granted) => void) => {
    ipcRenderer.on(OPEN, (_event, file: Granted) => {
      listener(file)
    })
    ipcRenderer.send(OPEN)
  },
  // Pasted text, and what a script makes, lies nowhere.
  grantOf: async (file: File) => {
    const path = webUtils.getPathForFile(file)
    return path === '' ? undefined : ((await ipcRenderer.invoke(GRANT, path)) as Granted | undefined)
  },
})
