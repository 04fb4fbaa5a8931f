// What the window gets from Electron: a line to the service, files that were opened, and where a dropped one lies.
import { contextBridge, ipcRenderer, webUtils } from 'electron'

const LINE = 'softprompt:line'
const OPEN = 'softprompt:open'

// A port cannot pass through the bridge; the page's own messages carry it over.
ipcRenderer.on(LINE, ({ ports }) => {
  window.postMessage(LINE, '*', [...ports])
})

contextBridge.exposeInMainWorld('softprompt', {
  askLine: () => {
    ipcRenderer.send(LINE)
  },
  onOpen: (listener: (path: string) => void) => {
    ipcRenderer.on(OPEN, (_event, path: string) => {
      listener(path)
    })
    ipcRenderer.send(OPEN)
  },
  pathOf: (file: File) => webUtils.getPathForFile(file),
})
