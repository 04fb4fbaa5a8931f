// Methods trash.*: runs, opened prompts and data sets that are put away until they are restored or deleted.
import * as v from 'valibot'
import { id, list, nothing, run } from './fields.ts'

/** Runs and opened prompts by their names, which they share; data sets by their numbers. */
const chosen = v.strictObject({
  names: v.exactOptional(list(run, 1000)),
  datasets: v.exactOptional(list(id, 1000)),
})

export const trashInputs = {
  /**
   * Moves them to the trash, data sets with their runs; a run that is under way is paused first. Errors: 'store/missing',
   * 'shelf/answers'.
   */
  'trash.put': chosen,
  'trash.list': nothing,
  /** A run whose data set lies in the trash too brings it back. Error: 'store/missing'. */
  'trash.restore': chosen,
  /**
   * Deletes them for good, with all that they made: data sets with their runs. Errors: 'store/missing', 'studio/model-in-use',
   * 'shelf/answers'.
   */
  'trash.delete': chosen,
} as const

export type TrashedItem =
  | {
      readonly name: string
      readonly kind: 'run' | 'prompt'
      /** The data set of a run, the model of a prompt. */
      readonly of: string
      readonly trashedAt: string
    }
  | {
      readonly name: string
      readonly kind: 'data'
      readonly dataset: number
      /** Its runs, which lie in the trash with it. */
      readonly runs: number
      readonly trashedAt: string
    }

export interface TrashOutputs {
  readonly 'trash.put': null
  /** The latest first; a run whose data set lies there is not listed by itself. */
  readonly 'trash.list': readonly TrashedItem[]
  readonly 'trash.restore': null
  readonly 'trash.delete': null
}
