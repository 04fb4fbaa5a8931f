// What a running run does to the window: its title tells how far it is, the screen's sleep waits, closing asks.
import type { RunState } from '../../../../main/contract/records.ts'
import { t } from '../../strings/index.ts'
import { percent } from '../../ui/format.ts'

export interface Attended {
  readonly name: string
  readonly running: boolean
  /** Of its steps. */
  readonly share: number
  readonly state: RunState | undefined
}

/** Call it while a component is made. */
export function attend(read: () => Attended): void {
  $effect(() => {
    const { name, running, share } = read()
    document.title = running ? `${percent(share)} · ${name} · ${t.common.product}` : t.common.product
    return () => {
      document.title = t.common.product
    }
  })
  $effect(() => {
    if (!read().running) return
    const stay = (event: BeforeUnloadEvent): void => {
      event.preventDefault()
    }
    addEventListener('beforeunload', stay)
    const lock = 'wakeLock' in navigator ? navigator.wakeLock.request('screen').catch(() => undefined) : undefined
    return () => {
      removeEventListener('beforeunload', stay)
      void lock?.then((held) => held?.release())
    }
  })
}
