// Something that is asked of the service and shown: loading, failed or ready, and asked again when it has changed.
import type { Topic } from '../../../main/contract/service.ts'
import { changesOf } from './changes.svelte.ts'
import { connection } from './connection.svelte.ts'

export interface Resource<T> {
  /** The last answer: it stays in sight while the next one is under way. */
  readonly value: T | undefined
  readonly error: Error | undefined
  /** True before the first answer. */
  readonly loading: boolean
  reload(): void
}

/**
 * Call it while a component is made. What `load` reads of state before its first await decides when it runs again, as do
 * changes of the `subjects` in the service.
 */
export function resource<T>(load: (signal: AbortSignal) => Promise<T>, ...subjects: readonly Topic[]): Resource<T> {
  let value = $state.raw<T>()
  let error = $state.raw<Error>()
  let asked = $state(0)

  $effect(() => {
    void asked
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
        // The frame of the window reports a lost service. The last answer stays; it is asked again once the service is back.
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
      asked += 1
    },
  }
}
