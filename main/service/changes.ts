// Reports to everyone who watches the studio which lists have changed, once for a burst of changes.
import type { Topic } from '../contract/service.ts'
import { createBroadcast } from './broadcast.ts'

/** Milliseconds in which changes of the same subject are reported as one. */
const BURST = 40

export interface Changes {
  /** Call it after every change to what the studio stores. */
  readonly changed: (subject: Topic) => void
  /** Reports every change from now on; resolves when the signal aborts. */
  readonly watch: (watcher: (subject: Topic) => void, signal: AbortSignal) => Promise<void>
}

export function createChanges(): Changes {
  const changes = createBroadcast<Topic>()
  const waiting = new Set<Topic>()

  const report = (): void => {
    const subjects = [...waiting]
    waiting.clear()
    subjects.forEach(changes.send)
  }

  return {
    changed: (subject) => {
      if (waiting.size === 0) setTimeout(report, BURST).unref()
      waiting.add(subject)
    },
    watch: async (watcher, signal) => {
      if (!signal.aborted) await changes.follow(watcher, signal)
    },
  }
}
