// The messages between the service, which owns the database, and the compute process, which owns ONNX Runtime.
import type { Calibration } from './calibration.ts'
import type { PromptInspection } from './inspection.ts'
import type { MeasuredPrompt } from './measures.ts'
import type { DecoderConfig, PrecisionName, PreparedModel } from './model.ts'
import type { Rendering } from './rendering.ts'
import type { PreviewRow } from './methods/data.ts'
import type { Measured, Metrics } from './metrics.ts'
import type { Subject, ValidationRecord } from './records.ts'
import type { SamplingSettings } from './sampling.ts'
import type { ServedAnswer, ServedAsk, ServedText, ServedWriting, WrittenPiece } from './serving.ts'
import type { Example, Split, TuneSettings } from './settings.ts'
import type { NamedTensors } from './tensor.ts'

/** Variable that tells a compute process who has forked it: that one may be gone before it can ask. */
export const PARENT = 'SOFTPROMPT_PARENT'

/** A tuned prompt with everything needed to use it: it works only with its own placement, template and model. */
export interface TunedPrompt {
  /** None where the result of tuning is the model itself. */
  readonly tensors: NamedTensors
  readonly settings: TuneSettings
  readonly labels: readonly string[]
  /** Hash of the model it works with: the base model it was tuned on, or the model that was made of it. */
  readonly modelHash: string
  /** Absent where it was not calibrated: its answers are generated, or it is of an earlier version. */
  readonly calibration?: Calibration
}

/** Who answers rows that are scored, with the settings by which it reads them. */
export interface ScoreSubject {
  /** Undefined = no virtual tokens: the template as the settings have it. */
  readonly prompt: TunedPrompt | undefined
  readonly settings: TuneSettings
}

/** A text whose answer nobody knows yet. */
export interface TextToAnswer {
  readonly text: string
  /** '' where there is none. */
  readonly context: string
}

export interface TextAnswer {
  readonly answer: string
  /** 0 to 1: calibrated probability among the labels, or of a generated answer's tokens, their geometric mean. */
  readonly confidence: number
  /** Tokens at the text's end that were not read, because it was too long. */
  readonly cut: number
}

/** An answer as compute gives it. */
export interface ScoredAnswer extends TextAnswer {
  /** Calibrated, by the prompt's labels; empty where answers are generated. */
  readonly logProbabilities: readonly number[]
}

/** The state of a run from which it resumes to the same result. Batches follow from (seed, step), so no order is stored. */
export interface Checkpoint {
  /** Optimiser steps done. */
  readonly step: number
  readonly tensors: NamedTensors
  /** AdamW's first and second moments, named as the tensors. */
  readonly first: NamedTensors
  readonly second: NamedTensors
  readonly best: { readonly step: number; readonly loss: number; readonly tensors: NamedTensors } | undefined
  /** Validations since the best one. */
  readonly stale: number
  /** True when the run needs no more steps, only its evaluation. */
  readonly finished: boolean
  /** Where training diverged after `step`: the best prompt is from before. */
  readonly diverged?: true
  /** Whether the run trains over precomputed keys and values of its texts; absent before the first step. */
  readonly precomputes?: boolean | undefined
  /** Where a whole model is trained: all tensors, here and in `best`, are in files instead. */
  readonly files?: CheckpointFiles
  /** Of the prompts that cross-validate the run, one a fold, after the same step. */
  readonly folds?: readonly FoldCheckpoint[]
}

export type FoldCheckpoint = Pick<Checkpoint, 'tensors' | 'first' | 'second' | 'best'>

/** Names of safetensors files in the run's folder. What is absent is as it was before the first step. */
export interface CheckpointFiles {
  /** Absent as well where the run needs no more steps. */
  readonly weights?: string
  readonly optimiser?: string
  readonly best?: string
}

/** Places of a run whose result is a model. */
export interface RunFiles {
  /** Folder of its checkpoints' files: its own, and gone when the run has ended. */
  readonly state: string
  /** Folder that the model is written to. */
  readonly model: string
  /** The model's name. */
  readonly name: string
  /** Folder of prepared copies. */
  readonly cache: string
}

/** Hardware that ONNX Runtime knows, and whether this computer offers it. */
export interface KnownProvider {
  readonly name: string
  /** Its name in sentences. */
  readonly title: string
  readonly offered: boolean
}

export type Job =
  | { readonly kind: 'hardware' }
  | {
      readonly kind: 'prepare'
      readonly path: string
      readonly cache: string
      readonly name: string
      readonly precision: PrecisionName
    }
  | {
      readonly kind: 'tune'
      readonly model: PreparedModel
      readonly settings: TuneSettings
      readonly labels: readonly string[]
      readonly split: Split
      readonly resume: Checkpoint | undefined
      /** Tensors that the run starts from, in place of its method's initialisation. */
      readonly start?: NamedTensors
      /** Step after which the run pauses, as on request; it trains to the end where absent. */
      readonly until?: number
      /** Folder of the texts' cached keys and values, which runs on the same rows share; in memory alone where absent. */
      readonly texts?: string
      /** Where a run whose result is a model keeps what is too large for messages; nothing is kept where absent. */
      readonly files?: RunFiles
      /** Hardware to try, best first; the CPU is always the last resort. Empty = what the machine offers. */
      readonly providers: readonly string[]
      readonly threads: number
    }
  | {
      readonly kind: 'preflight'
      readonly model: PreparedModel
      readonly settings: TuneSettings
      readonly labels: readonly string[]
      readonly split: Split
      /** As a tune job's: the rule for the KV precompute depends on it. */
      readonly texts?: string
      /** As a tune job's. */
      readonly start?: NamedTensors
      readonly threads: number
      /** Execution provider of the steps. Where it fails its self-check, the job fails with 'compute/refused'. */
      readonly provider: string
    }
  | {
      readonly kind: 'score'
      readonly model: PreparedModel
      /** The precision of the base model for all subjects. */
      readonly settings: Pick<TuneSettings, 'precision'>
      /** Who answers the rows: one evaluation each, in this order. */
      readonly subjects: readonly ScoreSubject[]
      readonly labels: readonly string[]
      readonly examples: readonly Example[]
      readonly threads: number
    }
  | {
      readonly kind: 'label'
      readonly model: PreparedModel
      /** The precision of the base model for all prompts. */
      readonly settings: Pick<TuneSettings, 'precision'>
      readonly prompts: readonly TunedPrompt[]
      readonly texts: readonly TextToAnswer[]
      readonly threads: number
    }
  | {
      readonly kind: 'inspect'
      readonly model: PreparedModel
      readonly prompt: TunedPrompt
      /** The prompt's own settings and labels. */
      readonly settings: TuneSettings
      readonly labels: readonly string[]
      /** Rows that are scored again for each virtual token. */
      readonly examples: readonly Example[]
      /** The tensors that the run started from, where it did not start from its method's initialisation. */
      readonly start?: NamedTensors
      /** As a tune job's. */
      readonly texts?: string
      readonly threads: number
    }
  | {
      readonly kind: 'preview'
      readonly model: PreparedModel
      readonly settings: TuneSettings
      readonly labels: readonly string[]
      readonly examples: readonly Example[]
    }
  | {
      readonly kind: 'render'
      readonly model: PreparedModel
      /** A prompt's settings and labels. */
      readonly settings: TuneSettings
      readonly labels: readonly string[]
    }
  | {
      readonly kind: 'generate'
      readonly model: PreparedModel
      readonly prompt: TunedPrompt | undefined
      readonly settings: TuneSettings
      readonly text: string
      readonly sampling: SamplingSettings
      readonly threads: number
    }
  /** Answers requests until it is stopped. */
  | {
      readonly kind: 'serve'
      readonly model: PreparedModel
      readonly settings: Pick<TuneSettings, 'precision'>
      readonly threads: number
      /** Of the keys and values of texts that are kept for later requests. */
      readonly bytes: number
    }

/** A prepared model as it is stored and sent: only compute parses its tokenizer, megabytes that would block the service. */
export interface SealedModel extends Pick<PreparedModel, 'name' | 'hash' | 'weightsHash' | 'folder' | 'licence'> {
  readonly family: string
  /** The whole PreparedModel as UTF-8 JSON. */
  readonly json: Uint8Array
}

/** A model that a run has made, in the folder that its job named. */
export interface TunedModel {
  readonly sealed: SealedModel
  readonly config: DecoderConfig
}

type WireForm<J> = J extends { readonly model: PreparedModel } ? Omit<J, 'model'> & { readonly model: SealedModel } : J

/** A job as it is sent to the compute process. */
export type WireJob = WireForm<Job>

/** One evaluated row; log-probabilities align with the job's labels, and are empty where answers are generated. */
export interface ScoredRow {
  readonly row: number
  readonly label: string
  readonly predicted: string
  readonly logProbabilities: readonly number[]
  /** The row's own value of each metric that is defined for single rows. */
  readonly metrics: Metrics
}

/** How a validation row is answered by the prompt that is kept. */
export type ValidationAnswer = Pick<ScoredRow, 'row' | 'label' | 'logProbabilities'>

export interface Evaluation extends Measured {
  readonly subject: Subject
  /** The text of a hand-written prompt. */
  readonly handWritten?: string
  readonly rows: readonly ScoredRow[]
}

export interface StepMetrics {
  readonly step: number
  /** Mean over the step's label tokens, before the update. */
  readonly loss: number
  readonly learningRate: number
  readonly gradientNorm: number
  /** L2 norm of the gradient of each virtual token. */
  readonly tokenNorms: readonly number[]
  readonly examples: number
  readonly milliseconds: number
}

/** Measurements of a few real steps, and what they predict for the whole run; times are milliseconds. */
export interface MeasuredSteps {
  /** Before the first step: opening the model and the first sessions, and initialising. */
  readonly start: number
  /** Each measured step; a first one opens its session. */
  readonly steps: readonly number[]
  /** A step of the run on average, by the lengths of its rows. */
  readonly step: number
  /** Opening all training sessions of the run. */
  readonly opening: number
  /** Validating one row. */
  readonly scoreRow: number
  /** Answering one row with the prompt, by label scores (without its text's precompute) or by generation. */
  readonly answerRow: number
  /** Answering one row without virtual tokens, its text included. */
  readonly plainRow: number
  /** KV precompute of all texts; 0 where the run has none. */
  readonly precompute: number
  /** KV precompute of one text; 0 where the run has none. */
  readonly precomputeRow: number
  /** Predicted peak bytes of the whole run: the measured peak, and what the run will hold beyond it. */
  readonly memory: number
  /** Of the first step's gradient, all trainable tensors in the order of their names, or every nth element; its direction is compared. */
  readonly gradient: Float32Array
}

export type ComputeEvent =
  /** Every second while a job is under way, between two calls of ONNX Runtime: the process does not hang. */
  | { readonly event: 'alive' }
  /** Long work other than steps: preparing a model, initialising, scoring. `total` 0 = unknown. */
  | { readonly event: 'progress'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly event: 'prepared'; readonly model: SealedModel; readonly config: DecoderConfig }
  | { readonly event: 'hardware'; readonly providers: readonly KnownProvider[] }
  | { readonly event: 'provider'; readonly name: string; readonly note: string }
  | { readonly event: 'step'; readonly metrics: StepMetrics }
  | ({ readonly event: 'validation' } & ValidationRecord)
  /** What the model alone answers on the validation set, before the first step. */
  | ({ readonly event: 'untuned' } & Measured)
  | { readonly event: 'warning'; readonly code: string; readonly message: string; readonly step: number }
  /** The service stores the checkpoint and answers with an acknowledgement of the same id. */
  | { readonly event: 'checkpoint'; readonly id: number; readonly checkpoint: Checkpoint }
  | { readonly event: 'evaluation'; readonly evaluation: Evaluation }
  /** What the tuned prompt was calibrated on, where that is its validation set. */
  | { readonly event: 'calibrated'; readonly answers: readonly ValidationAnswer[] }
  /** [prompts][texts] */
  | { readonly event: 'answers'; readonly answers: readonly (readonly ScoredAnswer[])[] }
  | { readonly event: 'measured'; readonly measured: MeasuredPrompt }
  | { readonly event: 'preflight'; readonly measured: MeasuredSteps }
  | { readonly event: 'preview'; readonly rows: readonly PreviewRow[] }
  | { readonly event: 'rendering'; readonly rendering: Rendering }
  | { readonly event: 'inspection'; readonly inspection: PromptInspection }
  | { readonly event: 'token'; readonly text: string }
  /** From a serve job: a request's answer, or why it has none. */
  | { readonly event: 'answered'; readonly id: number; readonly answer: ServedAnswer }
  | ({ readonly event: 'wrote'; readonly id: number } & WrittenPiece)
  | { readonly event: 'written'; readonly id: number; readonly written: ServedText }
  | { readonly event: 'refused'; readonly id: number; readonly code: string; readonly message: string }
  /**
   * `prompt`: only from a tune job, the best one on the validation set. `model`: where the result is a model of its own, with
   * which that prompt answers. `stopped`: ended on request, with a checkpoint.
   */
  | {
      readonly event: 'done'
      readonly outcome: 'finished' | 'stopped' | 'diverged'
      readonly prompt?: TunedPrompt
      readonly model?: TunedModel
      readonly reason?: string
    }
  | { readonly event: 'failed'; readonly code: string; readonly message: string }

export type ComputeRequest =
  /** `stay`: the process waits for another job after this one, instead of ending. */
  | { readonly request: 'start'; readonly job: WireJob; readonly stay?: boolean }
  /** Ends after the current step, with a checkpoint. */
  | { readonly request: 'stop' }
  /** Ends training after the current step, and evaluates the best prompt so far as a finished run does. */
  | { readonly request: 'keep' }
  | { readonly request: 'acknowledge'; readonly id: number }
  | ServeRequest

/** What a serve job is asked. */
export type ServeRequest =
  /** Keeps a prompt under a key for the requests that follow. */
  | { readonly request: 'load'; readonly key: string; readonly prompt: TunedPrompt }
  /** No request that follows names the prompt, unless it is loaded again. */
  | { readonly request: 'forget'; readonly key: string }
  | { readonly request: 'ask'; readonly id: number; readonly ask: ServedAsk }
  | { readonly request: 'write'; readonly id: number; readonly writing: ServedWriting }
  /** Nobody waits for this answer any more. */
  | { readonly request: 'drop'; readonly id: number }
