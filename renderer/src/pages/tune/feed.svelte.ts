// A run as it goes: what is on record, then every event, gathered once a frame so that the window stays quick.
import type { StepMetrics } from '../../../../main/contract/compute.ts'
import type { NoteRecord, RunState, ValidationRecord } from '../../../../main/contract/records.ts'
import type { RunDetails, StudioEvent } from '../../../../main/contract/service.ts'
import { connection } from '../../client/connection.svelte.ts'
import { studio } from '../../client/studio.ts'

export interface Feed {
  readonly details: RunDetails | undefined
  readonly error: Error | undefined
  readonly state: RunState | undefined
  readonly message: string | undefined
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
  readonly notes: readonly NoteRecord[]
  /** Long work other than steps. */
  readonly progress: { readonly stage: string; readonly done: number; readonly total: number } | undefined
  /** Asks again and listens again: after a resume. */
  reload(): void
}

/** Call it while a component is made; it follows the run as long as the component lives. */
export function followRun(name: string): Feed {
  let details = $state.raw<RunDetails>()
  let error = $state.raw<Error>()
  let state = $state<RunState>()
  let message = $state<string>()
  let progress = $state.raw<Feed['progress']>()
  let steps = $state.raw<readonly StepMetrics[]>([])
  let validations = $state.raw<readonly ValidationRecord[]>([])
  let notes = $state.raw<readonly NoteRecord[]>([])
  let asked = $state(0)

  $effect(() => {
    void asked
    void connection.times
    const abort = new AbortController()
    // Drawn once a frame, so nothing of them need be tracked.
    const heard: Record<number, StepMetrics> = {}
    const checked: Record<number, ValidationRecord> = {}
    let remarks: NoteRecord[] = []
    let drawn = 0

    const draw = (): void => {
      drawn = 0
      if (abort.signal.aborted) return
      // Whole numbers as keys come in their order.
      steps = Object.values(heard)
      validations = Object.values(checked)
      notes = remarks
    }
    const soon = (): void => {
      drawn ||= requestAnimationFrame(draw)
    }
    const take = (event: StudioEvent): void => {
      if (abort.signal.aborted) return
      if (event.event === 'step') {
        heard[event.step] = event
        // Texts are read on between two steps; all else is over.
        if (progress && (progress.done === 0 || progress.done >= progress.total)) progress = undefined
      } else if (event.event === 'validation') checked[event.step] = event
      else if (event.event === 'warning') remarks = [...remarks, event]
      else if (event.event === 'progress') progress = event
      else if (event.event === 'state') {
        state = event.state
        message = event.message
      } else if (event.event === 'evaluation') progress = undefined
      soon()
    }
    const show = async (): Promise<void> => {
      const found = await studio.call('runs.show', { run: name })
      if (abort.signal.aborted) return
      details = found
      state = found.run.state
      message = found.run.error
      for (const step of found.steps) heard[step.step] = step
      for (const validation of found.validations) checked[validation.step] = validation
      remarks = [...found.notes]
      soon()
    }
    const follow = async (): Promise<void> => {
      await show()
      if (state !== 'running' && state !== 'queued') return
      await studio.call('runs.watch', { run: name }, { onEvent: take, signal: abort.signal })
      progress = undefined
      await show()
    }
    follow().catch((reason: unknown) => {
      if (!abort.signal.aborted) error = reason instanceof Error ? reason : new Error(String(reason))
    })
    return () => {
      abort.abort()
      cancelAnimationFrame(drawn)
    }
  })

  return {
    get details() {
      return details
    },
    get error() {
      return error
    },
    get state() {
      return state
    },
    get message() {
      return message
    },
    get steps() {
      return steps
    },
    get validations() {
      return validations
    },
    get notes() {
      return notes
    },
    get progress() {
      return progress
    },
    reload() {
      error = undefined
      asked += 1
    },
  }
}
