// Methods trash.*: runs and opened prompts that are put away until they are restored or deleted.
import * as v from 'valibot'
import { list, nothing, run } from './fields.ts'

/** Names of runs and opened prompts, which share them. */
const names = list(run, 1000, 1)

export const trashInputs = {
  /** Moves them to the trash; a run that is under way is paused first. Error: 'store/missing'. */
  'trash.put': v.strictObject({ names }),
  'trash.list': nothing,
  'trash.restore': v.strictObject({ names }),
  /** Deletes them for good, with all that they made. Errors: 'store/missing', 'studio/model-in-use'. */
  'trash.delete': v.strictObject({ names }),
} as const

export interface TrashedItem {
  readonly name: string
  readonly kind: 'run' | 'prompt'
  /** The data set of a run, the model of a prompt. */
  readonly of: string
  readonly trashedAt: string
}

export interface TrashOutputs {
  readonly 'trash.put': null
  /** The latest first. */
  readonly 'trash.list': readonly TrashedItem[]
  readonly 'trash.restore': null
  readonly 'trash.delete': null
}
