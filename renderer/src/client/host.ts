// What an Electron host hands to the window through its preload; absent in a browser.
export interface HostBridge {
  /** A port to the service that speaks the contract's protocol. */
  port(): Promise<MessagePort>
  /** Where a dropped file lies on disk. */
  pathOf(file: File): string
}

declare global {
  interface Window {
    readonly softprompt?: HostBridge
  }
}

export const bridge: HostBridge | undefined = window.softprompt
