// Methods shelf.*: the prompts that answer programs, each under a name that stays while its versions change.
import * as v from 'valibot'
import { nothing, reference, run, title, whole } from './fields.ts'
import type { PromptSummary } from './prompts.ts'

const item = reference
const version = whole(1, Number.MAX_SAFE_INTEGER)
const purpose = v.pipe(v.string(), v.trim(), v.maxLength(500))

export const shelfInputs = {
  /** What stands on the shelf, the latest first. */
  'shelf.list': nothing,
  /**
   * Puts a prompt on the shelf: as something new, or as the next version of what stands there under this name. Errors:
   * 'shelf/name-of-model', 'shelf/other-kind', those of a prompt that cannot be used.
   */
  'shelf.put': v.strictObject({
    prompt: run,
    /** The prompt's own name where absent. */
    name: v.exactOptional(title),
    /** What it is for, in a sentence; that of the version before where absent. */
    purpose: v.exactOptional(purpose),
    /** The version before goes on answering, and this one is compared with it. */
    compare: v.exactOptional(v.boolean()),
  }),
  /** Lets another version answer from the next request on, such as an earlier one. Errors: 'shelf/missing', 'shelf/no-version'. */
  'shelf.switch': v.strictObject({ item, version }),
  /** Lets a second version answer the same requests, to compare the two; null ends that. Errors: those of 'shelf.switch'. */
  'shelf.compare': v.strictObject({ item, version: v.nullable(version) }),
  /** Error: 'shelf/missing'. */
  'shelf.describe': v.strictObject({ item, purpose }),
  /** Nobody gets an answer under this name any more; the prompts stay in the studio. Error: 'shelf/missing'. */
  'shelf.takeOff': v.strictObject({ item }),
  /** What was answered today, and what compared versions have answered since this studio was opened. */
  'shelf.today': nothing,
} as const

export interface ShelfVersion {
  readonly number: number
  /** The name of its prompt; null while that lies in the trash, where it cannot answer. */
  readonly prompt: string | null
  readonly putAt: string
}

export interface ShelfItem {
  readonly name: string
  readonly purpose: string
  /** The version that answers. */
  readonly version: number
  /** The version that is compared with it; null = none. */
  readonly candidate: number | null
  /** The newest first. */
  readonly versions: readonly ShelfVersion[]
  /** The prompt that answers; null where it is gone. */
  readonly prompt: PromptSummary | null
}

export interface AnsweredToday {
  readonly item: string
  readonly version: number
  /** How often each label was answered, the most frequent first; '' stands for what was written. */
  readonly labels: readonly { readonly label: string; readonly answers: number }[]
}

/** A text to which two versions gave different answers. */
export interface DifferingAnswer {
  readonly at: string
  readonly text: string
  readonly answer: string
  readonly candidate: string
}

export interface Comparison {
  readonly item: string
  /** The version that answers, and the one that is compared with it. */
  readonly version: number
  readonly candidate: number
  readonly compared: number
  readonly alike: number
  /** Requests that the candidate could not answer. */
  readonly failed: number
  /** Requests that it was not asked, because too many were waiting for it. */
  readonly skipped: number
  /** The latest ones, the latest first: kept in memory alone. */
  readonly differing: readonly DifferingAnswer[]
}

export interface ShelfOutputs {
  readonly 'shelf.list': readonly ShelfItem[]
  readonly 'shelf.put': ShelfItem
  readonly 'shelf.switch': ShelfItem
  readonly 'shelf.compare': ShelfItem
  readonly 'shelf.describe': ShelfItem
  readonly 'shelf.takeOff': null
  readonly 'shelf.today': {
    readonly answered: readonly AnsweredToday[]
    readonly comparisons: readonly Comparison[]
  }
}
