// The contract of the service: what a window or the command line may ask of it, and what it answers.
import type * as v from 'valibot'
import type { StepMetrics } from './compute.ts'
import { dataInputs, type DataOutputs } from './methods/data.ts'
import { modelInputs, type ModelOutputs } from './methods/models.ts'
import { promptInputs, type PromptOutputs } from './methods/prompts.ts'
import { runInputs, type RunOutputs } from './methods/runs.ts'
import { settingsSchema } from './methods/settings.ts'
import { sweepInputs, type SweepOutputs } from './methods/sweeps.ts'
import { studioInputs, type StudioOutputs } from './methods/studio.ts'
import type { MethodDeclaration } from './setting-specs.ts'
import type { EvaluationFigures, NoteRecord, RunState, ValidationRecord } from './records.ts'

export type * from './methods/data.ts'
export type * from './methods/models.ts'
export type * from './methods/prompts.ts'
export type * from './methods/runs.ts'
export type * from './methods/studio.ts'
export type * from './methods/sweeps.ts'
export { exportFormats } from './methods/prompts.ts'

/** Every method and the shape of its input, given the tuning methods; all of it is checked where the service takes it in. */
export const inputsFor = (methods: readonly MethodDeclaration[]) =>
  ({
    ...modelInputs,
    ...dataInputs(settingsSchema(methods)),
    ...runInputs(settingsSchema(methods)),
    ...sweepInputs(methods),
    ...promptInputs,
    ...studioInputs,
  }) as const

export type Inputs = ReturnType<typeof inputsFor>
export type Method = keyof Inputs
export type Input<M extends Method> = v.InferOutput<Inputs[M]>

export interface Outputs extends ModelOutputs, DataOutputs, RunOutputs, SweepOutputs, PromptOutputs, StudioOutputs {}

/** What the studio holds, for those who show it. */
export type Topic = 'runs' | 'data' | 'models' | 'ledger' | 'preferences'

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
  | ({ readonly event: 'evaluation' } & EvaluationFigures)
  | { readonly event: 'token'; readonly text: string }
  /** Ask again for what you show of it. */
  | { readonly event: 'changed'; readonly subject: Topic }

export interface CallOptions {
  readonly onEvent?: (event: StudioEvent) => void
  /** Ends the call; for a watch, only the watching. */
  readonly signal?: AbortSignal
}

/** What every host and client of the studio offers, in this process or through a socket. */
export interface Studio {
  call<M extends Method>(method: M, input: Input<M>, options?: CallOptions): Promise<Outputs[M]>
}
