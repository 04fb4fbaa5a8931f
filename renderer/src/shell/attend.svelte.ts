// The effects of a run that is under way, whichever page is open: the title shows its progress, the computer stays awake, and
// a notification reports its end. A browser's tab may be closed: the run goes on, and the desktop asks by itself.
import { untrack } from 'svelte'
import { running } from '../client/running.svelte.ts'
import { t } from '../strings/index.ts'
import { percent } from '../ui/format.ts'

/** Whether notifications are allowed: browsers ask for the permission only after a click. */
let allowed = $state(typeof Notification !== 'undefined' && Notification.permission === 'granted')

export const notices = {
  get possible(): boolean {
    return typeof Notification !== 'undefined' && Notification.permission !== 'denied'
  },
  get allowed(): boolean {
    return allowed
  },
  async ask(): Promise<void> {
    allowed = (await Notification.requestPermission()) === 'granted'
  },
}

/** Call it once, while the window is initialised. */
export function attendRuns(): void {
  const name = $derived(running.run?.name)

  $effect(() => {
    document.title = name === undefined ? t.common.product : `${percent(running.share)} · ${name} · ${t.common.product}`
  })
  $effect(() => {
    if (name === undefined) return
    const lock = 'wakeLock' in navigator ? navigator.wakeLock.request('screen').catch(() => undefined) : undefined
    return () => {
      void lock?.then((held) => held?.release())
    }
  })
  $effect(() => {
    const { ended } = running
    // A permission that is given later is for runs that end later.
    if (ended?.state === 'finished' && untrack(() => allowed)) new Notification(t.tune.done(ended.name))
  })
}
