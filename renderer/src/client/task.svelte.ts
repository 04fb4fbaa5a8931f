// Long work that a click starts: its progress, its error, and a way to cancel it. It goes on when its page is left.
import type { CallOptions, StudioEvent } from '../../../main/contract/service.ts'

export interface TaskProgress {
  readonly stage: string
  readonly done: number
  /** 0 = unknown. */
  readonly total: number
}

export interface Task {
  /** Undefined where nothing is under way. */
  readonly progress: TaskProgress | undefined
  readonly error: Error | undefined
  /** Does the work; a second call while it is under way does nothing. Resolves with undefined where it failed or was cancelled. */
  run<T>(
    work: (options: Required<CallOptions>, report: (progress: TaskProgress) => void) => Promise<T>,
  ): Promise<T | undefined>
  cancel(): void
}

/** `begin` is the label of work that has not reported any progress yet. */
export function createTask(begin: string): Task {
  let progress = $state.raw<TaskProgress>()
  let error = $state.raw<Error>()
  let abort = new AbortController()

  const report = (next: TaskProgress): void => {
    progress = next
  }
  const onEvent = (event: StudioEvent): void => {
    if (event.event === 'progress') report({ stage: event.stage, done: event.done, total: event.total })
  }

  return {
    get progress() {
      return progress
    },
    get error() {
      return error
    },
    async run(work) {
      if (progress) return undefined
      abort = new AbortController()
      const { signal } = abort
      error = undefined
      report({ stage: begin, done: 0, total: 0 })
      try {
        return await work({ onEvent, signal }, report)
      } catch (reason) {
        if (!signal.aborted) error = reason instanceof Error ? reason : new Error(String(reason))
        return undefined
      } finally {
        progress = undefined
      }
    },
    cancel() {
      abort.abort()
    },
  }
}
