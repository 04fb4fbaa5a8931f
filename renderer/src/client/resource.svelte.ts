// The answer to a request to the service: loading, failed or ready, and requested again when it has changed.
import type { Topic } from '../../../main/contract/service.ts'
import { changesOf } from './changes.svelte.ts'
import { connection } from './connection.svelte.ts'

export interface Resource<T> {
  /** The last answer: it stays until the next one has arrived. */
  readonly value: T | undefined
  readonly error: Error | undefined
  /** True before the first answer. */
  readonly loading: boolean
  reload(): void
}

/**
 * Call it while a component is initialised. `load` runs again when state that it reads before its first await changes,
 * and when one of the `subjects` changes in the service.
 */
export function resource<T>(load: (signal: AbortSignal) => Promise<T>, ...subjects: readonly Topic[]): Resource<T> {
  let value = $state.raw<T>()
  let error = $state.raw<Error>()
  let reloads = $state(0)

  $effect(() => {
    void reloads
    void connection.times
    for (const subject of subjects) changesOf(subject)
    const abort = new AbortController()
    load(abort.signal).then(
      (answer) => {
        if (abort.signal.aborted) return
        value = answer
        error = undefined
      },
      (reason: unknown) => {
        // The window's frame reports a lost service. The last answer stays; `load` runs again once the service is back.
        if (abort.signal.aborted || !connection.connected) return
        error = reason instanceof Error ? reason : new Error(String(reason))
      },
    )
    return () => {
      abort.abort()
    }
  })

  return {
    get value() {
      return value
    },
    get error() {
      return error
    },
    get loading() {
      return value === undefined && error === undefined
    },
    reload() {
      error = undefined
      reloads += 1
    },
  }
}
