// The same work for our worker and for PEFT's: one file that both read, one JSON line for each measurement.
import type { PreparedModel } from '../../main/contract/model.ts'
import type { MemoryName } from '../../main/contract/settings.ts'

/** A row of token ids whose last `labels` are what the loss asks for. */
export interface JobRow {
  readonly ids: readonly number[]
  readonly labels: number
}

/** Prompt tuning at the start, loss over the vocabulary, AdamW without decay at a constant rate. */
export interface StepJob {
  readonly model: PreparedModel
  /** The same weights as Hugging Face's own folder. */
  readonly folder: string
  /** The virtual tokens' first values, [tokens, hidden]. */
  readonly prompt: readonly number[]
  readonly tokens: number
  /** Step number i reads batch i, beginning again behind the last. */
  readonly batches: readonly (readonly JobRow[])[]
  readonly learningRate: number
  readonly threads: number
  /** Ours alone. */
  readonly memory?: MemoryName
}

/** What a worker answers to `{"steps": n}`. */
export interface Measurement {
  /** One for each step. */
  readonly milliseconds: readonly number[]
  /** Before each step's update. */
  readonly losses: readonly number[]
  /** The most memory the process has held so far. */
  readonly peakBytes: number
  /** Whether the CPU has fast kernels for the precision in use. */
  readonly kernels: boolean
}
