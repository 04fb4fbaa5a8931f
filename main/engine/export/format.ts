// What goes into an export and what comes out of it.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { EvaluationFigures, ModelRecord } from '../../contract/records.ts'
import type { KnownAnswer } from './bundle-manifest.ts'

/** What is taken away, and what there is to say of it. */
export interface Exported {
  /** The run's name. */
  readonly name: string
  readonly model: Pick<ModelRecord, 'name' | 'hash' | 'family'>
  readonly prompt: TunedPrompt
  /** Figures on its own held-out rows, where there are some. */
  readonly figures: readonly EvaluationFigures[]
  /** What it answers to texts of our own; empty where the format does not want them. */
  readonly answers: readonly KnownAnswer[]
}

/** The files of a folder by their names. */
export type Files = Readonly<Record<string, Uint8Array | string>>
