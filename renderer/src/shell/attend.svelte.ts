// The effects of a run that is under way, whichever page is open: the title shows its progress, the computer stays awake, and
// a notification reports its end. A browser's tab may be closed: the run goes on, and the desktop asks by itself.
import { resource } from '../client/resource.svelte.ts'
import { studio } from '../client/studio.ts'
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
  const runs = resource(() => studio.call('runs.list', {}), 'runs')
  const running = $derived(runs.value?.find(({ state }) => state === 'running'))
  const name = $derived(running?.name)

  $effect(() => {
    const share = running ? running.step / Math.max(1, running.settings.steps) : 0
    document.title = running ? `${percent(share)} · ${running.name} · ${t.common.product}` : t.common.product
  })
  $effect(() => {
    if (name === undefined) return
    const lock = 'wakeLock' in navigator ? navigator.wakeLock.request('screen').catch(() => undefined) : undefined
    return () => {
      void lock?.then((held) => held?.release())
    }
  })
  let last: string | undefined
  $effect(() => {
    const ended = last
    last = name
    if (ended === undefined || ended === name || !allowed) return
    if (runs.value?.some((run) => run.name === ended && run.state === 'finished')) new Notification(t.tune.done(ended))
  })
}
