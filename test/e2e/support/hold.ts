// Holds a call back, as a busy studio does, so that a page can be looked at while it waits.
import type { Page } from '@playwright/test'

/** Calls of this method do not leave the window until the answer's `goOn`. Call it once on a page that is open. */
export async function hold(page: Page, method: string): Promise<{ goOn(): Promise<void> }> {
  await page.evaluate((name) => {
    const held: (() => void)[] = []
    const { send } = WebSocket.prototype
    WebSocket.prototype.send = function (data) {
      const go = (): void => {
        send.call(this, data)
      }
      if (new TextDecoder().decode(data as ArrayBuffer).includes(name)) held.push(go)
      else go()
    }
    Object.assign(window, {
      goOn: () => {
        WebSocket.prototype.send = send
        for (const go of held) go()
      },
    })
  }, method)
  return {
    goOn: () =>
      page.evaluate(() => {
        ;(window as unknown as { goOn(): void }).goOn()
      }),
  }
}
