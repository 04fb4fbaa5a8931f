// What an Electron host hands to the window through its preload; absent in a browser.

import type { Granted } from '../../../main/contract/methods/host.ts'

/** The object that preload/preload.ts exposes. */
interface Preload {
  askLine(): void
  onOpen(listener: (file: Granted) => void): void
  grantOf(file: File): Promise<Granted | undefined>
}

export interface HostBridge {
  /** A port to the service that speaks the contract's protocol. */
  port(): Promise<MessagePort>
  /** The host's grant for a file on disk that was dropped or chosen; undefined where it lies nowhere, as pasted text. */
  grantOf(file: File): Promise<Granted | undefined>
  /** Calls back with each file that the system opens with the studio: only a name for `grantOf`, without its bytes. */
  onOpen(listener: (file: File) => void): void
}

declare global {
  interface Window {
    readonly softprompt?: Preload
  }
}

export const bridge: HostBridge | undefined = window.softprompt && over(window.softprompt)

function over(preload: Preload): HostBridge {
  const opened = new WeakMap<File, Granted>()
  return {
    port: () =>
      new Promise((resolve) => {
        const take = ({ source, data, ports: [port] }: MessageEvent): void => {
          if (source !== window || data !== 'softprompt:line' || !port) return
          removeEventListener('message', take)
          resolve(port)
        }
        addEventListener('message', take)
        preload.askLine()
      }),
    grantOf: (file) => Promise.resolve(opened.get(file) ?? preload.grantOf(file)),
    onOpen: (listener) => {
      preload.onOpen((granted) => {
        const file = new File([], granted.name)
        opened.set(file, granted)
        listener(file)
      })
    },
  }
}
