// The latest requests to the local API, as they are answered.
import type { RequestLine } from '../../../../main/contract/serving.ts'
import { connection } from '../../client/connection.svelte.ts'
import { studio } from '../../client/studio.ts'

/** A request, with a number by which a list knows it. */
export interface Logged {
  readonly id: number
  readonly line: RequestLine
}

/** Lines that are shown at most, and milliseconds between two looks at what has come: many a second cost no more. */
const SHOWN = 100
const PAUSE_MS = 200

/** Call it while a component is initialised. The latest first; undefined until the service has told what there is. */
export function requestLog(): { readonly lines: readonly Logged[] | undefined; readonly error: Error | undefined } {
  let lines = $state.raw<readonly Logged[]>()
  let error = $state.raw<Error>()
  let last = 0

  $effect(() => {
    void connection.times
    const abort = new AbortController()
    let come: Logged[] = []
    lines = undefined
    error = undefined
    const show = (): void => {
      if (lines && come.length === 0) return
      lines = [...come.toReversed(), ...(lines ?? [])].slice(0, SHOWN)
      come = []
    }
    const timer = setInterval(show, PAUSE_MS)
    studio
      .call(
        'api.watch',
        {},
        {
          signal: abort.signal,
          onEvent: (event) => {
            if (event.event !== 'request') return
            const { event: _, ...line } = event
            come.push({ id: ++last, line })
          },
        },
      )
      .catch((reason: unknown) => {
        if (abort.signal.aborted || !connection.connected) return
        error = reason instanceof Error ? reason : new Error(String(reason))
      })
    return () => {
      clearInterval(timer)
      abort.abort()
    }
  })
  return {
    get lines() {
      return lines
    },
    get error() {
      return error
    },
  }
}
