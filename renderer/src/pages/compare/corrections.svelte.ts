// Right answers that the user corrects while a run's page is open: each changes the data set and can be undone.
import { studio } from '../../client/studio.ts'
import { toasts } from '../../ui/toasts.svelte.ts'

export interface Corrections {
  readonly count: number
  /** The row's current right answer; `before` is the one that the run was evaluated with. */
  answerOf(row: number, before: string): string
  correct(row: number, answer: string): Promise<void>
  /** Undoes the newest correction. */
  undo(): Promise<void>
}

/** `target`: the data set and its column of right answers; undefined while the run is being loaded. */
export function createCorrections(
  target: () => { readonly dataset: number; readonly column: string } | undefined,
): Corrections {
  /** The corrections, the newest last. */
  let corrections = $state.raw<readonly { readonly row: number; readonly answer: string }[]>([])

  return {
    get count() {
      return corrections.length
    },
    answerOf: (row, before) => corrections.findLast((each) => each.row === row)?.answer ?? before,
    async correct(row, answer) {
      const place = target()
      if (!place) return
      const { dataset, column } = place
      try {
        await studio.call('data.change', {
          dataset,
          target: { by: 'rows', rows: [row] },
          change: { kind: 'cell', column, value: answer },
        })
        corrections = [...corrections, { row, answer }]
      } catch (error) {
        toasts.fail(error)
      }
    },
    async undo() {
      const place = target()
      if (!place) return
      try {
        await studio.call('data.undo', { dataset: place.dataset })
        corrections = corrections.slice(0, -1)
      } catch (error) {
        toasts.fail(error)
      }
    },
  }
}
