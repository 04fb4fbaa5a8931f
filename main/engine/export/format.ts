// What an export format takes and returns.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { EvaluationFigures, ModelRecord } from '../../contract/records.ts'
import type { Rendering } from '../../contract/rendering.ts'
import type { KnownAnswer } from './bundle-manifest.ts'

/** A prompt to export, with what its files say of it. */
export interface Exported {
  /** The run's name. */
  readonly name: string
  readonly model: Pick<ModelRecord, 'name' | 'hash' | 'family'>
  readonly config: DecoderConfig
  readonly prompt: TunedPrompt
  /** Its figures on the test set; empty where it was not evaluated. */
  readonly figures: readonly EvaluationFigures[]
  /** Its answers to fixed texts; empty where it has no labels. */
  readonly answers: readonly KnownAnswer[]
  /** How its rows are encoded. */
  readonly rendering: Rendering
}

/** The files of a folder by their names. */
export type Files = Readonly<Record<string, Uint8Array | string>>

/** A file that is too large for memory, by its path. */
export interface CopyOf {
  readonly copyOf: string
}

/** The files of a folder, some of which are copies. */
export type FolderFiles = Readonly<Record<string, Uint8Array | string | CopyOf>>
