// Tells those who watch the studio what to ask for again, once for a burst of changes.
import type { Subject } from '../contract/service.ts'

/** Milliseconds in which changes of the same subject are told as one. */
const BURST = 40

export interface Changes {
  /** Call it behind every change of what the studio holds. */
  readonly changed: (subject: Subject) => void
  /** Tells every change from now on; resolves when the signal aborts. */
  readonly watch: (watcher: (subject: Subject) => void, signal: AbortSignal) => Promise<void>
}

export function createChanges(): Changes {
  const watchers = new Set<(subject: Subject) => void>()
  const waiting = new Set<Subject>()

  const tell = (): void => {
    const subjects = [...waiting]
    waiting.clear()
    for (const subject of subjects) for (const watcher of watchers) watcher(subject)
  }

  return {
    changed: (subject) => {
      if (waiting.size === 0) setTimeout(tell, BURST).unref()
      waiting.add(subject)
    },
    watch: async (watcher, signal) => {
      if (signal.aborted) return
      watchers.add(watcher)
      await new Promise<void>((resolve) => {
        signal.addEventListener(
          'abort',
          () => {
            resolve()
          },
          { once: true },
        )
      })
      watchers.delete(watcher)
    },
  }
}
