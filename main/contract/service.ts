// The contract of the service: what a window or the command line may ask of it, and what it answers.
import * as v from 'valibot'
import type { StepMetrics, TunedPrompt } from './compute.ts'
import type { EvaluationRecord, ModelRecord, NoteRecord, RunRecord, RunState, ValidationRecord } from './records.ts'

const nothing = v.strictObject({})
const title = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^[^\p{Cc}/\\]{1,80}$/u, 'a name has 1 to 80 characters and no slashes'),
)
const path = v.pipe(v.string(), v.minLength(1), v.maxLength(4096))
const column = v.pipe(v.string(), v.maxLength(1000))
const text = v.pipe(v.string(), v.maxLength(1_000_000))
const whole = (low: number, high: number) => v.pipe(v.number(), v.integer(), v.minValue(low), v.maxValue(high))
const between = (low: number, high: number) => v.pipe(v.number(), v.minValue(low), v.maxValue(high))
const id = whole(1, Number.MAX_SAFE_INTEGER)

/** What a person may set of a run; the engine's defaults fill in the rest. */
const settings = v.strictObject({
  method: v.exactOptional(v.picklist(['prefix', 'prompt'])),
  placement: v.exactOptional(v.picklist(['start', 'before-text', 'after-text'])),
  tokens: v.exactOptional(whole(1, 1024)),
  init: v.exactOptional(v.picklist(['text', 'labels', 'vocab', 'random'])),
  initText: v.exactOptional(text),
  tail: v.exactOptional(whole(1, 1024)),
  loss: v.exactOptional(v.picklist(['labels', 'vocabulary'])),
  template: v.exactOptional(
    v.strictObject({ kind: v.picklist(['plain', 'chat']), body: text, instruction: text, answerPrefix: text }),
  ),
  steps: v.exactOptional(whole(1, 1_000_000)),
  batch: v.exactOptional(whole(1, 4096)),
  learningRate: v.exactOptional(between(1e-9, 1e3)),
  weightDecay: v.exactOptional(between(0, 10)),
  clip: v.exactOptional(between(0, 1e6)),
  schedule: v.exactOptional(v.picklist(['constant', 'linear', 'cosine'])),
  warmup: v.exactOptional(whole(0, 1_000_000)),
  seed: v.exactOptional(whole(0, 0xffffffff)),
  validateEvery: v.exactOptional(whole(0, 1_000_000)),
  patience: v.exactOptional(whole(0, 1_000_000)),
  maxTokens: v.exactOptional(whole(8, 1_000_000)),
})

const sampling = v.strictObject({
  maxNewTokens: whole(1, 100_000),
  temperature: between(0, 100),
  topP: between(1e-6, 1),
  stop: v.pipe(v.array(text), v.maxLength(16)),
  seed: whole(0, 0xffffffff),
})

/** Runs are named by name or number. */
const run = v.pipe(v.string(), v.minLength(1), v.maxLength(80))

export const exportFormats = ['peft'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Every method and the shape of its input; all of it is checked where the service takes it in. */
export const inputs = {
  'models.list': nothing,
  'models.add': v.strictObject({ path, name: v.exactOptional(title) }),
  'models.starter': nothing,
  'data.import': v.strictObject({ path }),
  'runs.start': v.strictObject({
    name: v.exactOptional(title),
    model: title,
    dataset: id,
    version: id,
    text: column,
    label: column,
    /** Held-out rows at most. */
    heldOut: v.exactOptional(whole(1, 1_000_000)),
    settings,
  }),
  'runs.resume': v.strictObject({ run }),
  'runs.stop': v.strictObject({ run }),
  'runs.list': nothing,
  'runs.show': v.strictObject({ run }),
  /** Tells all that has happened since the run was taken on, then all that happens, until it ends. */
  'runs.watch': v.strictObject({ run }),
  'prompts.get': v.strictObject({ run }),
  score: v.strictObject({ run, dataset: id, version: id, text: column, label: column }),
  try: v.strictObject({ run, text, sampling }),
  export: v.strictObject({ run, to: v.picklist(exportFormats), folder: path }),
} as const

export type Method = keyof typeof inputs
export type Input<M extends Method> = v.InferOutput<(typeof inputs)[M]>

/** A row that could not be read, for its owner. */
export interface SkippedRow {
  readonly line: number
  readonly reason: string
}

export interface ImportedData {
  readonly dataset: number
  readonly version: number
  readonly name: string
  readonly columns: readonly string[]
  readonly rows: number
  readonly skippedCount: number
  /** The first of them. */
  readonly skipped: readonly SkippedRow[]
}

export interface RunDetails {
  readonly run: RunRecord
  readonly model: ModelRecord
  readonly labels: readonly string[]
  readonly rows: { readonly train: number; readonly validation: number; readonly heldOut: number }
  readonly steps: readonly StepMetrics[]
  readonly validations: readonly ValidationRecord[]
  readonly notes: readonly NoteRecord[]
  readonly evaluations: readonly EvaluationRecord[]
  /** Step of the checkpoint that a resume would go on from. */
  readonly checkpoint: number | undefined
}

export interface Outputs {
  readonly 'models.list': readonly ModelRecord[]
  readonly 'models.add': ModelRecord
  readonly 'models.starter': ModelRecord
  readonly 'data.import': ImportedData
  readonly 'runs.start': RunRecord
  readonly 'runs.resume': RunRecord
  readonly 'runs.stop': RunRecord
  readonly 'runs.list': readonly RunRecord[]
  readonly 'runs.show': RunDetails
  readonly 'runs.watch': RunRecord
  readonly 'prompts.get': TunedPrompt
  readonly score: readonly EvaluationRecord[]
  readonly try: { readonly text: string }
  readonly export: { readonly folder: string; readonly files: readonly string[] }
}

/** What is told while a method works. */
export type StudioEvent =
  | { readonly event: 'state'; readonly run: string; readonly state: RunState; readonly message: string | undefined }
  | { readonly event: 'progress'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly event: 'provider'; readonly name: string; readonly note: string }
  | ({ readonly event: 'step' } & StepMetrics)
  | ({ readonly event: 'validation' } & ValidationRecord)
  | ({ readonly event: 'warning' } & NoteRecord)
  /** The run's state up to this step is on disk. */
  | { readonly event: 'checkpoint'; readonly step: number }
  | ({ readonly event: 'evaluation' } & Pick<EvaluationRecord, 'subject' | 'rows' | 'accuracy' | 'macroF1'>)
  | { readonly event: 'token'; readonly text: string }

export interface CallOptions {
  readonly onEvent?: (event: StudioEvent) => void
  /** Ends the call; for a watch, only the watching. */
  readonly signal?: AbortSignal
}

/** What every host and client of the studio offers, in this process or through a socket. */
export interface Studio {
  call<M extends Method>(method: M, input: Input<M>, options?: CallOptions): Promise<Outputs[M]>
}
