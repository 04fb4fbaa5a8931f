// The contract of the service: its methods, their inputs and outputs, and its events, for windows and the command line.
import type * as v from 'valibot'
import type { StepMetrics } from './compute.ts'
import { calibrationInputs, type CalibrationOutputs } from './methods/calibrations.ts'
import { committeeInputs, type CommitteeOutputs } from './methods/committees.ts'
import { comparisonInputs, type ComparisonOutputs } from './methods/comparisons.ts'
import { dataInputs, type DataOutputs } from './methods/data.ts'
import { labellingInputs, type LabellingOutputs } from './methods/labellings.ts'
import { localApiInputs, type LocalApiOutputs } from './methods/local-api.ts'
import { modelInputs, type ModelOutputs } from './methods/models.ts'
import { promptInputs, type PromptOutputs } from './methods/prompts.ts'
import { runInputs, type RunOutputs } from './methods/runs.ts'
import { servingInputs, type ServingOutputs } from './methods/serving.ts'
import { settingsSchema } from './methods/settings.ts'
import { shelfInputs, type ShelfOutputs } from './methods/shelf.ts'
import { sweepInputs, type SweepOutputs } from './methods/sweeps.ts'
import { trashInputs, type TrashOutputs } from './methods/trash.ts'
import { studioInputs, type StudioOutputs } from './methods/studio.ts'
import type { MethodDeclaration } from './setting-specs.ts'
import type { Measured } from './metrics.ts'
import type { Outlook } from './outlook.ts'
import type { RequestLine, WrittenPiece } from './serving.ts'
import type { EvaluationFigures, NoteRecord, RunState, ValidationRecord } from './records.ts'

export type * from './methods/committees.ts'
export type * from './methods/comparisons.ts'
export type * from './methods/data.ts'
export type * from './methods/labellings.ts'
export type * from './methods/local-api.ts'
export type * from './methods/models.ts'
export type * from './methods/prompts.ts'
export type * from './methods/runs.ts'
export type * from './methods/serving.ts'
export type * from './methods/shelf.ts'
export type * from './methods/studio.ts'
export type * from './methods/sweeps.ts'
export type * from './methods/trash.ts'
export { labelledForms } from './methods/labellings.ts'
export { exportFormats, modelFormats } from './methods/prompts.ts'

/** Every method and the schema of its input, given the tuning methods; the service validates all inputs with it. */
export const inputsFor = (methods: readonly MethodDeclaration[]) =>
  ({
    ...modelInputs,
    ...dataInputs(settingsSchema(methods)),
    ...runInputs(settingsSchema(methods)),
    ...sweepInputs(methods),
    ...comparisonInputs,
    ...promptInputs,
    ...committeeInputs,
    ...calibrationInputs,
    ...labellingInputs,
    ...servingInputs,
    ...shelfInputs,
    ...localApiInputs,
    ...trashInputs,
    ...studioInputs,
  }) as const

export type Inputs = ReturnType<typeof inputsFor>
export type Method = keyof Inputs
export type Input<M extends Method> = v.InferOutput<Inputs[M]>

export interface Outputs
  extends
    ModelOutputs,
    DataOutputs,
    RunOutputs,
    SweepOutputs,
    ComparisonOutputs,
    PromptOutputs,
    CommitteeOutputs,
    CalibrationOutputs,
    LabellingOutputs,
    ServingOutputs,
    ShelfOutputs,
    LocalApiOutputs,
    TrashOutputs,
    StudioOutputs {}

/** Kinds of data whose changes are announced; 'served': what programs were answered. */
export type Topic = 'runs' | 'data' | 'models' | 'labellings' | 'ledger' | 'preferences' | 'shelf' | 'served' | 'api'

/** Events during a method's work. */
export type StudioEvent =
  | { readonly event: 'state'; readonly run: string; readonly state: RunState; readonly message: string | undefined }
  | { readonly event: 'progress'; readonly stage: string; readonly done: number; readonly total: number }
  | { readonly event: 'provider'; readonly name: string; readonly note: string }
  | ({ readonly event: 'step' } & StepMetrics)
  | ({ readonly event: 'validation' } & ValidationRecord)
  /** What the model alone answers on the validation set, before the first step. */
  | ({ readonly event: 'untuned' } & Measured)
  /** How far the run is, and how long it still takes. */
  | ({ readonly event: 'outlook' } & Outlook)
  | ({ readonly event: 'warning' } & NoteRecord)
  /** The run's state up to this step is on disk. */
  | { readonly event: 'checkpoint'; readonly step: number }
  | ({ readonly event: 'evaluation' } & EvaluationFigures)
  | { readonly event: 'token'; readonly text: string }
  | ({ readonly event: 'wrote' } & WrittenPiece)
  /** The local API has answered a request. */
  | ({ readonly event: 'request' } & RequestLine)
  /** Ask again for what you show of it. */
  | { readonly event: 'changed'; readonly subject: Topic }

export interface CallOptions {
  readonly onEvent?: (event: StudioEvent) => void
  /** Cancels the call; cancelling a watch does not stop the run or sweep. */
  readonly signal?: AbortSignal
}

/** The interface to the service, in the same process or through a connection. */
export interface Studio {
  call<M extends Method>(method: M, input: Input<M>, options?: CallOptions): Promise<Outputs[M]>
}
