// Methods prompts.*, score, try, classify and export: use tuned prompts.
import * as v from 'valibot'
import type { Calibration } from '../calibration.ts'
import type { EvaluationRecord, EvaluationFigures } from '../records.ts'
import type { TuneSettings } from '../settings.ts'
import { column, id, list, nothing, path, reference, run, text, whole } from './fields.ts'
import { samplingFields } from './sampling.ts'

const sampling = v.strictObject({
  /** As an evaluation of the prompt has it, where absent. */
  maxNewTokens: v.exactOptional(whole(1, 100_000)),
  /** Where an evaluation of the prompt ends an answer, where absent. */
  stop: v.exactOptional(list(text, 16)),
  ...samplingFields,
})

/** What answers: the run's tuned prompt, its base model alone, or its base model with a hand-written prompt. */
const speaker = v.variant('by', [
  v.strictObject({ by: v.literal('tuned') }),
  v.strictObject({ by: v.literal('nothing') }),
  v.strictObject({ by: v.literal('hand-written'), instruction: text }),
])

/** Formats of prompts. */
export const exportFormats = ['peft', 'gguf', 'bundle'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** Formats of results that are models. */
export const modelFormats = ['transformers'] as const
export type ModelFormat = (typeof modelFormats)[number]

const question = {
  run,
  speaker: v.exactOptional(speaker),
  text,
  /** The context to which the text's question refers, where the prompt was tuned with contexts. */
  context: v.exactOptional(text),
}

export const promptInputs = {
  /** Prompts of finished runs, and prompts that were opened from a file; the newest first. */
  'prompts.list': nothing,
  /**
   * Opens a prompt file, or a folder of PEFT (as it is or zipped), if its model is installed and gives the answers that are
   * recorded with it. A folder that the studio did not make names its model only roughly and has no template: `model` says
   * which one it is, and with `labels` the prompt chooses among these, in the plain template, instead of writing freely.
   */
  'prompts.open': v.strictObject({
    path: path('read'),
    model: v.exactOptional(reference),
    labels: v.exactOptional(list(v.pipe(text, v.minLength(1)), 10_000)),
  }),
  score: v.strictObject({
    ...{ run, dataset: id, version: id, text: column, label: column },
    context: v.exactOptional(column),
  }),
  try: v.strictObject({
    ...question,
    sampling,
    /** Whether a base model that can think before it answers does so; a tuned prompt answers as it was tuned. */
    thinking: v.exactOptional(v.boolean()),
  }),
  /** Probability of each of the run's labels for a text; without labels where its answers are generated. */
  classify: v.strictObject(question),
  export: v.strictObject({ run, to: v.picklist([...exportFormats, ...modelFormats]), folder: path('folder') }),
  /** The same files as one zip, for a window that cannot choose a folder. */
  'export.archive': v.strictObject({ run, to: v.picklist(exportFormats) }),
} as const

export type Speaker = v.InferOutput<typeof speaker>

/** A tuned prompt that can be tried and exported. */
export interface PromptSummary {
  readonly name: string
  readonly modelName: string
  readonly labels: readonly string[]
  readonly settings: TuneSettings
  readonly figures: readonly EvaluationFigures[]
  readonly calibration?: Calibration
  /** Formats that can hold it. */
  readonly targets: readonly (ExportFormat | ModelFormat)[]
  /** Where the result is a model of its own: its name, and the studio's folder with its files. */
  readonly made?: { readonly name: string; readonly folder: string }
  /** Where it was opened from a file without known answers, so that nothing could be compared with the model here. */
  readonly checked?: false
  /** The data set that it was tuned on here; undefined where it was opened from a file. */
  readonly tunedOn:
    | {
        readonly dataset: number
        readonly name: string
        readonly textColumn: string
        readonly labelColumn: string
        /** '' where there is none. */
        readonly contextColumn: string
      }
    | undefined
  readonly createdAt: string
}

export interface LabelProbability {
  readonly label: string
  readonly probability: number
}

export interface LabelAnswer {
  /** The likeliest first. What the tuned prompt answers is calibrated. */
  readonly labels: readonly LabelProbability[]
  /** Where the prompt leaves the answer to a person. */
  readonly unsure?: Unsure
}

/** An answer that is less sure than the prompt's threshold. */
export interface Unsure {
  readonly threshold: number
  /**
   * Of one prompt: the right label is one of these for about 95 % of unsure rows like those that its threshold was chosen on.
   * Empty where it may be any.
   */
  readonly among: readonly string[]
}

export interface PromptOutputs {
  readonly 'prompts.list': readonly PromptSummary[]
  readonly 'prompts.open': PromptSummary
  readonly score: readonly EvaluationRecord[]
  readonly try: { readonly text: string }
  readonly classify: LabelAnswer
  readonly export: { readonly folder: string; readonly files: readonly string[] }
  readonly 'export.archive': { readonly name: string; readonly bytes: Uint8Array }
}
