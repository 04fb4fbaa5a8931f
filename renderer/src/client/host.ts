// What an Electron host hands to the window through its preload; absent in a browser.

/** The object that preload/preload.ts exposes. */
interface Preload {
  askLine(): void
  onOpen(listener: (path: string) => void): void
  pathOf(file: File): string
}

export interface HostBridge {
  /** A port to the service that speaks the contract's protocol. */
  port(): Promise<MessagePort>
  /** The path of a dropped file on disk. */
  pathOf(file: File): string
  /** Calls back with each file that the system opens with the studio: only a name for `pathOf`, without its bytes. */
  onOpen(listener: (file: File) => void): void
}

declare global {
  interface Window {
    readonly softprompt?: Preload
  }
}

export const bridge: HostBridge | undefined = window.softprompt && over(window.softprompt)

function over(preload: Preload): HostBridge {
  const paths = new WeakMap<File, string>()
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
    pathOf: (file) => paths.get(file) ?? preload.pathOf(file),
    onOpen: (listener) => {
      preload.onOpen((path) => {
        const file = new File([], path.split(/[\\/]/).at(-1) ?? path)
        paths.set(file, path)
        listener(file)
      })
    },
  }
}
