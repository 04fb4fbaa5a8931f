// Counts what has changed in the studio, by subject; whoever reads a count asks again when it grows.
import type { Topic } from '../../../main/contract/service.ts'
import { connection } from './connection.svelte.ts'
import { studio } from './studio.ts'

const counts: Record<Topic, number> = $state({ runs: 0, data: 0, models: 0, ledger: 0, preferences: 0 })

/** Call it once: listens as long as the window lives. */
export function watchChanges(): void {
  $effect(() => {
    // A service that has come back is listened to anew.
    void connection.times
    const abort = new AbortController()
    studio
      .call(
        'studio.watch',
        {},
        {
          signal: abort.signal,
          onEvent: (event) => {
            if (event.event === 'changed') counts[event.subject] += 1
          },
        },
      )
      .catch(() => undefined)
    return () => {
      abort.abort()
    }
  })
}

export const changesOf = (subject: Topic): number => counts[subject]
