// The starter model: facts to show before it is downloaded, and the size and hash of its file.

/** What identifies a starter model's file. */
export interface StarterFile {
  readonly name: string
  readonly file: string
  readonly bytes: number
  readonly sha256: string
}

/** The word that stands for the starter model wherever a model is named. */
export const starterWord = 'starter'

export const starter = {
  name: 'SmolLM2-135M-Instruct',
  /** Hugging Face repository of its original weights, for other software. */
  repository: 'HuggingFaceTB/SmolLM2-135M-Instruct',
  author: 'Hugging Face (HuggingFaceTB)',
  licence: 'Apache-2.0',
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  bytes: 98_362_432,
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
} as const
