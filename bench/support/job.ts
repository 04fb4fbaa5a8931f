// The same work for our worker and for PEFT's: one file that both read, one JSON line for each measurement.
import type { PrecisionName, PreparedModel } from '../../main/contract/model.ts'
import type { MemoryName } from '../../main/contract/settings.ts'

/** A row of token ids; the loss is over the last `labels` of them. */
export interface JobRow {
  readonly ids: readonly number[]
  readonly labels: number
}

/** What is tuned and where; with placement after-text the KV cache of texts is precomputed. */
export const ways = {
  'prompt, start': { method: 'prompt-tuning', placement: 'start' },
  'prompt, after-text': { method: 'prompt-tuning', placement: 'after-text' },
  'prefix, after-text': { method: 'prefix-tuning', placement: 'after-text' },
  'tail-lora': { method: 'tail-lora', placement: 'after-text' },
  'tail-ia3': { method: 'tail-ia3', placement: 'after-text' },
  'tail-bias': { method: 'tail-bias', placement: 'after-text' },
  'prefix-tail-lora': { method: 'prefix-tail-lora', placement: 'after-text' },
} as const
export type Way = keyof typeof ways

/** Loss over the vocabulary, AdamW without decay at a constant rate. */
export interface StepJob {
  readonly model: PreparedModel
  /** The same weights as Hugging Face's own folder. */
  readonly folder: string
  /** The virtual tokens' first values, [tokens, hidden]. */
  readonly prompt: readonly number[]
  readonly tokens: number
  /** Rank of LoRA on all linear maps: PEFT's worker then tunes that, in place of a prompt. */
  readonly rank?: number
  /** Step number i reads batch i, beginning again after the last. */
  readonly batches: readonly (readonly JobRow[])[]
  readonly learningRate: number
  readonly threads: number
  /** Ours only; PEFT's worker does prompt tuning at the start, or LoRA. */
  readonly way: Way
  readonly precision: PrecisionName
  readonly memory: MemoryName
}

/** What a job has where its bench is not about that: float32 prompt tuning at the start, as PEFT does it. */
export const plainStep = {
  learningRate: 1e-3,
  way: 'prompt, start',
  precision: 'float32',
  memory: 'normal',
} as const satisfies Partial<StepJob>

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
  /** Milliseconds of the KV precompute of all batches' texts; 0 where there is none. */
  readonly precomputeMs: number
}
