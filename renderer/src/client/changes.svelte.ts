// Counts the changes in the studio by subject: an effect that reads a count loads again when it grows.
import type { Topic } from '../../../main/contract/service.ts'
import { connection } from './connection.svelte.ts'
import { studio } from './studio.ts'

const counts: Record<Topic, number> = $state({
  ...{ runs: 0, data: 0, models: 0, labellings: 0, ledger: 0, preferences: 0 },
  ...{ shelf: 0, served: 0, api: 0 },
})

/** Starts the listener, which lives as long as the window: call it once. */
export function watchChanges(): void {
  $effect(() => {
    // A subscription ends with its connection, so each new connection needs one.
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
