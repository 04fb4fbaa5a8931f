// What a prompt that comes from a file is, whichever format the file has.
import type { TunedPrompt } from '../../contract/compute.ts'
import type { DecoderConfig } from '../../contract/model.ts'
import type { EvaluationFigures } from '../../contract/records.ts'
import type { KnownAnswer } from './bundle-manifest.ts'

export interface PromptFile {
  readonly name: string
  /** The base model; its hash where the file says exactly which one it is. */
  readonly base: { readonly name: string; readonly hash?: string }
  readonly figures: readonly EvaluationFigures[]
  readonly answers: readonly KnownAnswer[]
  /** The prompt for a base model of that shape; undefined where its tensors do not fit it. */
  promptFor(config: DecoderConfig): Omit<TunedPrompt, 'modelHash'> | undefined
  /** Ids of the tail, where the file knows it by these. */
  readonly invocation?: readonly number[]
}

/** Bytes of a file, or of a folder's files, at most: a thousand virtual tokens, or LoRA of rank 64, of a large model. */
export const maxPromptBytes = 256 << 20

/** The files that a prompt consists of, as far as they are there. */
export type PromptFiles = Partial<Record<string, Uint8Array>>
