// A base model on disk, whichever form it has there.
import type { DecoderConfig, TokenizerFiles, WeightRef } from '../../contract/model.ts'

/** A model on disk. */
export interface ModelSource {
  /** Files whose bytes are its weights, absolute; a GGUF's are its tokenizer and its config as well. */
  readonly files: readonly string[]
  /** Folder that the weights' file names are relative to. */
  readonly folder: string
  readonly config: DecoderConfig
  readonly tokenizer: TokenizerFiles
  /** Every weight the network needs, by Hugging Face's names. */
  readonly weights: Readonly<Record<string, WeightRef>>
  /** Whether a weight's rows are in the order of interleaved rotary pairs. */
  readonly interleaved: (name: string) => boolean
  readonly licence: string | undefined
  /** Whether `files` hold all that makes the model: weights, config and tokenizer. */
  readonly whole: boolean
}
