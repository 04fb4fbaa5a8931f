// The settings of a run, its template, and its rows.

import type { PrecisionName } from './model.ts'

/** The name of a method in the engine's table. */
export type MethodName = string

/** Names that methods had in earlier versions, which commands and prompt files may still contain. */
export const methodAliases: Readonly<Record<string, MethodName>> = { prefix: 'prefix-tuning', prompt: 'prompt-tuning' }

export const methodNamed = (name: string): MethodName => methodAliases[name] ?? name

export type Placement = 'start' | 'before-text' | 'after-text'
export type Initialisation = 'text' | 'labels' | 'vocab' | 'random'
export type LossName = 'labels' | 'vocabulary'
/** The kinds of task. */
export const taskNames = ['classification', 'generation', 'answering'] as const
export type TaskName = (typeof taskNames)[number]
export type ScheduleName = 'constant' | 'linear' | 'cosine'

/** The memory settings. */
export const memoryNames = ['normal', 'low'] as const
export type MemoryName = (typeof memoryNames)[number]

/** The optimisers of methods that let one choose. */
export const optimiserNames = ['adamw-8bit', 'adamw', 'sgd'] as const
export type OptimiserName = (typeof optimiserNames)[number]

export const precisionNames = ['float32', 'f16', 'int8', 'as-stored'] as const satisfies readonly PrecisionName[]

/** The kinds of template. */
export const templateKinds = ['plain', 'chat'] as const

/** How a row becomes text. `{text}` in a plain template stands for the row's text column. */
export interface Template {
  readonly kind: (typeof templateKinds)[number]
  /** Plain: the text around the row, e.g. "Text: {text}\nAnswer:". Chat: the user message, e.g. "{text}". */
  readonly body: string
  /** Put before the row (plain) or as the system message (chat); empty for none. */
  readonly instruction: string
  /** Put directly before a label, e.g. " " in plain templates, "" in chat. */
  readonly answerPrefix: string
  /**
   * Chat: false where the answer begins at once, as templates with `enable_thinking` write it. Prompts of earlier versions
   * have none and stay with the model's own default, on which they were tuned.
   */
  readonly thinking?: boolean
}

/** Limits of a generated answer: they come from the answers of the training and validation rows, never of test rows. */
export interface AnswerLimits {
  /** Tokens at most. */
  readonly tokens: number
  /** Whether an answer may have several lines. */
  readonly lines: boolean
}

/** The tuned prompt that a run starts from, in place of its method's initialisation. It may have been removed since. */
export interface StartPrompt {
  /** Its name when the run was started. */
  readonly name: string
  /** SHA-256 of its tensors, as the studio stores them. */
  readonly sha256: string
}

export interface TuneSettings {
  /** The kind of task; classification where absent. */
  readonly task?: TaskName
  readonly method: MethodName
  readonly placement: Placement
  /** Virtual tokens. */
  readonly tokens: number
  readonly init: Initialisation
  readonly initText: string
  /** `init` and `initText` count where it is absent. */
  readonly from?: StartPrompt
  /** Tokens at the template's end that attend to a prefix after the text. */
  readonly tail: number
  readonly loss: LossName
  readonly template: Template
  readonly steps: number
  /** Examples per optimiser step. */
  readonly batch: number
  readonly learningRate: number
  readonly weightDecay: number
  /** Global gradient norm is clipped to this; 0 = off. */
  readonly clip: number
  readonly schedule: ScheduleName
  /** Steps of linear warm-up. */
  readonly warmup: number
  readonly seed: number
  /** Validation every so many steps; 0 = only at the end. */
  readonly validateEvery: number
  /** Validations without improvement before an early stop; 0 = never. */
  readonly patience: number
  /** Tokens a row may take, virtual tokens included. */
  readonly maxTokens: number
  /** The precision of the base model's weights; as the model was added where absent. */
  readonly precision?: PrecisionName
  /** `low` recomputes activations in the backward pass (gradient checkpointing, Chen et al. 2016); normal where absent. */
  readonly memory?: MemoryName
  /** AdamW where absent. */
  readonly optimiser?: OptimiserName
  /** The user's own hand-written prompt as a baseline; only the studio's own candidates where absent. */
  readonly handWritten?: string
  /**
   * Prompts that judge the run by cross-validation, each tuned without the rows that it answers; 0 or absent = the rows are
   * split once into training, validation and test set.
   */
  readonly folds?: number
  /** Whether a finished run also evaluates the best hand-written prompt and, among labels, baselines; true where absent. */
  readonly duel?: boolean
  /** Where answers are generated: set when tuning begins, and part of the prompt. */
  readonly answers?: AnswerLimits
}

/** Settings that the user gives; the template, too, may be partial. Settings that a method declares are beside these. */
export type GivenSettings = Omit<Partial<TuneSettings>, 'template'> & { readonly template?: Partial<Template> }

export interface Example {
  /** The row's place in its data set version, for reports. */
  readonly row: number
  readonly text: string
  /** The right answer. */
  readonly label: string
}

/** The parts of a data set: disjoint ones, unless there are folds. */
export interface Split {
  readonly train: readonly Example[]
  readonly validation: readonly Example[]
  readonly test: readonly Example[]
  /**
   * Disjoint sets of rows, for cross-validation: the three parts then hold the same rows, and a prompt of each fold, tuned
   * without it, answers the test rows in it.
   */
  readonly folds?: readonly (readonly Example[])[]
}
